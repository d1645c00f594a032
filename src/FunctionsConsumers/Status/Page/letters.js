// The dead letters: counted by cause, listed a page at a time, shown as text, redriven.

import { asked, change, read } from './api.js';
import { find, make, number, put, say, table, time } from './dom.js';

const causesAtOnce = 50;
let shown = null;
let looks = 0;

/** Begins to listen, and looks. */
export function listenForLetters() {
  find('look-letters').addEventListener('click', lookAtCauses);
  find('state').addEventListener('change', lookAtCauses);
  lookAtCauses();
}

/** Counts the letters by cause. */
export async function lookAtCauses() {
  const state = find('state').value || null;
  const mine = ++looks;
  put(find('letters'));
  try {
    const causes = await read('status/dead-letters/causes', { state });
    if (mine !== looks) {
      return;
    }
    put(find('causes'), causes.length === 0 ? make('p', {}, state ? 'None in this state.' : 'None.') : some(causes, causesAtOnce));
  } catch (error) {
    put(find('causes'), make('p', { class: 'bad' }, error.message));
  }
}

function some(causes, most) {
  const list = make('div', {}, causes.slice(0, most).map(causeOf));
  return causes.length <= most ? list : [list, make('button', { type: 'button', onclick: (event) => event.target.replaceWith(...[some(causes.slice(most), most)].flat()) }, `More causes (${number(causes.length - most)})`)];
}

function causeOf(cause) {
  const name = `${cause.group}, ${cause.reason ?? 'no reason'}: ${cause.cause}`;
  return make('div', { class: 'cause' }, make('div', { class: 'row' },
    make('div', { class: 'grow' }, make('strong', {}, cause.reason ?? 'no reason'), ` in ${cause.group}: ${number(cause.count)} (${number(cause.open)} open)`,
      make('div', {}, cause.cause), make('div', { class: 'quiet' }, `newest ${time(cause.newest)}`)),
    make('button', { type: 'button', 'aria-label': `Show ${name}`, onclick: () => show(cause) }, 'Show'),
    make('button', { type: 'button', 'aria-label': `Redrive all of ${name}`, onclick: () => redrive({ group: cause.group, reason: cause.reason, cause: cause.cause }) }, 'Redrive all')));
}

async function show(cause) {
  shown = { cause, selected: new Set() };
  const list = make('div', { id: 'letter-list' });
  const more = make('button', { type: 'button', hidden: true, onclick: () => next(list, more) }, 'More');
  const selected = make('button', { type: 'button', id: 'redrive-selected', disabled: true, onclick: () => redrive({ group: cause.group, ids: [...shown.selected] }) }, 'Redrive selected');
  const all = make('input', { type: 'checkbox', id: 'select-all', onchange: () => {
    list.querySelectorAll('input[type=checkbox]').forEach((box) => { box.checked = all.checked; box.dispatchEvent(new Event('change')); });
  } });
  const title = make('h3', { tabindex: '-1' }, `${cause.reason ?? 'no reason'} in ${cause.group}`);
  put(find('letters'), title, make('div', { class: 'row' }, all, make('label', { for: 'select-all' }, 'Select all that are shown'), selected), list, more);
  title.focus();
  await next(list, more);
}

async function next(list, more) {
  const { cause, after } = shown;
  try {
    const page = await read('status/dead-letters', { group: cause.group, reason: cause.reason, cause: cause.cause, state: find('state').value || null, limit: 50, after });
    list.append(...page.letters.map(letterOf));
    shown.after = page.next;
    more.hidden = page.next === null;
    more.textContent = `More (${number(page.total - list.childElementCount)} of ${number(page.total)} not shown)`;
  } catch (error) {
    say(error.message);
  }
}

function letterOf(letter) {
  const box = make('input', { type: 'checkbox', 'aria-label': `Select ${letter.origin}`, onchange: () => {
    shown.selected[box.checked ? 'add' : 'delete'](letter.id);
    find('redrive-selected').disabled = shown.selected.size === 0;
  } });
  const details = make('details', { class: 'grow' }, make('summary', {}, `${letter.origin ?? letter.id}, ${time(letter.time)}, key ${letter.key ?? 'none'}, ${letter.state.toLowerCase()}`));
  details.addEventListener('toggle', () => open(details, letter), { once: true });
  return make('div', { class: 'letter' }, make('div', { class: 'row' }, box, details,
    make('button', { type: 'button', 'aria-label': `Redrive ${letter.origin}`, onclick: () => redrive({ group: letter.group, ids: [letter.id] }) }, 'Redrive')));
}

async function open(details, letter) {
  try {
    details.append(contentOf(await read('status/dead-letters/letter', { group: letter.group, id: letter.id })));
  } catch (error) {
    details.append(make('p', { class: 'bad' }, error.message));
  }
}

/** All that a letter carries. */
export function contentOf(letter) {
  const headers = (title, list) => (list.length > 0 ? [make('h4', {}, title), table(title, ['Name', 'Value'], list.map((header) => [header.name, header.value ?? '–']))] : null);
  return make('div', {},
    make('p', {}, letter.letter.detail ?? ''),
    make('p', { class: 'quiet' }, `Record ${letter.letter.origin ?? '–'}, letter at ${letter.at}, redriven ${number(letter.letter.redrives)} times`),
    make('h4', {}, `Payload${letter.value_bytes === null ? '' : `, ${number(letter.value_bytes)} bytes`}${letter.is_text ? '' : ', not all of it text'}`),
    make('pre', { tabindex: '0', role: 'region', 'aria-label': 'Payload' }, letter.value ?? 'none, or too large to carry'),
    headers('Headers of the record', letter.headers), headers('Headers of the letter', letter.letter_headers),
    letter.history.length > 0 ? [make('h4', {}, 'Redrives before'), make('ul', {}, letter.history.map((line) => make('li', {}, line)))] : null);
}

/** Dry run, question, redrive. */
async function redrive(which) {
  try {
    const plan = await change('status/dead-letters/redrive', { ...which, dry_run: true });
    if (plan === null) {
      return;
    }
    if (plan.would_send === 0) {
      say(`Nothing to redrive. ${plan.text}`);
      return;
    }
    if (await asked('Redrive', `${plan.text} Only ${which.group} takes them. One that was applied meanwhile is suppressed.`, 'Redrive')) {
      const done = await change('status/dead-letters/redrive', { ...which, dry_run: false });
      if (done !== null) {
        say(done.text);
        await lookAtCauses();
      }
    }
  } catch (error) {
    say(error.message);
  }
}
