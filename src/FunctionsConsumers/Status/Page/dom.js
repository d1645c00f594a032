// Makes elements. Text is always text: nothing that a record holds is ever taken for markup.

/** An element with properties, and what stands in it: texts, elements, lists of them. */
export function make(name, properties = {}, ...inside) {
  const element = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (property.startsWith('on')) {
      element.addEventListener(property.slice(2), value);
    } else if (property in element && typeof value !== 'string') {
      element[property] = value;
    } else if (value !== null && value !== undefined) {
      element.setAttribute(property, value);
    }
  }
  put(element, ...inside);
  return element;
}

/** Puts something in the place of all that an element holds. */
export function put(element, ...inside) {
  element.replaceChildren(...inside.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false)
    .map((one) => (one instanceof Node ? one : document.createTextNode(String(one)))));
}

export const find = (id) => document.getElementById(id);

const whole = new Intl.NumberFormat('en');

/** A number for a person; a dash for none. */
export const number = (value) => (value === null || value === undefined ? '–' : whole.format(value));

/** A time for a person, in the browser's own zone. */
export const time = (text) => (text ? new Date(text).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' }) : '–');

/** Seconds for a person. */
export function duration(seconds) {
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const [size, unit] = units.find(([least]) => seconds >= 2 * least) ?? units.at(-1);
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** Rows of a table: lists of cells; numbers stand to the right. */
export function rows(body, lists) {
  put(body, lists.map((cells) => make('tr', {}, cells.map((cell) => make('td', typeof cell === 'number' ? { class: 'number' } : {}, typeof cell === 'number' ? number(cell) : cell ?? '–')))));
}

/** A table that scrolls by itself where the window is too narrow for it. */
export function table(label, heads, lists) {
  const body = make('tbody');
  rows(body, lists);
  return make('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': label },
    make('table', {}, make('thead', {}, make('tr', {}, heads.map((head) => make('th', { scope: 'col' }, head)))), body));
}

/** Says what was done, and to a screen reader too. */
export function say(text) {
  find('done').textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { find('done').textContent = ''; }, 10000);
}
