import type { OpenBody } from './open-body.ts';

/** The pauses of a body's producer, which may begin before the body is entered anywhere. */
export class ProducerPauses {
  #body: OpenBody | undefined;
  #isPaused = false;

  /** The producer was paused, or may go on. */
  readonly set = (isPaused: boolean): void => {
    this.#isPaused = isPaused;
    this.#body?.setProducerPaused(isPaused);
  };

  /** Shows them at `body` from now on. */
  showAt(body: OpenBody): void {
    this.#body = body;
    body.setProducerPaused(this.#isPaused);
  }
}
