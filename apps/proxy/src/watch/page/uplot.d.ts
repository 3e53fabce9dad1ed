/** What `./uplot.js` is in the browser, where the package is served under that name. */
export { default } from 'uplot';
