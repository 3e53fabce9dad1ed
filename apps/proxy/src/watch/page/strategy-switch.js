// @ts-check

/** The control that sends new requests through another strategy. */
export class StrategySwitch {
  #form;
  #input;
  #names;
  #answer;

  /** @param {HTMLFormElement} form With an input, a datalist, and an output for what came of it. */
  constructor(form) {
    this.#form = form;
    this.#input = /** @type {HTMLInputElement} */ (form.querySelector('input'));
    this.#names = /** @type {HTMLDataListElement} */ (form.querySelector('datalist'));
    this.#answer = /** @type {HTMLOutputElement} */ (form.querySelector('output'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#switch(this.#input.value.trim());
    });
  }

  /** @param {readonly string[]} strategies What to offer. */
  offer(strategies) {
    const offered = [...this.#names.options].map(({ value }) => value);
    if (offered.join() === strategies.join()) return;
    this.#names.replaceChildren(...strategies.map((name) => new Option(name, name)));
  }

  /** @param {string} strategy */
  async #switch(strategy) {
    if (strategy === '') return;
    this.#form.dataset.state = 'busy';
    const response = await fetch('strategy', { method: 'POST', body: JSON.stringify({ strategy }) }).catch(
      () => undefined,
    );
    this.#form.dataset.state = response?.ok === true ? 'done' : 'refused';
    if (response?.ok === true) this.#answer.textContent = 'for all new requests';
    else this.#answer.textContent = response ? await response.text() : 'The proxy does not answer.';
    if (response?.ok === true) this.#input.value = '';
  }
}
