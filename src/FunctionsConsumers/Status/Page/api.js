// Asks the host. On Azure a function key reads: it stands in the page's own address. The admin key changes: it is asked
// for once, and kept until the tab is closed.

import { find } from './dom.js';

const readKey = new URLSearchParams(location.search).get('code');
const keyName = 'orders-admin-key';

async function ask(path, options, key) {
  const headers = { Accept: 'application/json', ...options.headers };
  if (key) {
    headers['x-functions-key'] = key;
  }
  const answer = await fetch(path, { ...options, headers, cache: 'no-store' });
  const body = answer.headers.get('content-type')?.includes('json') ? await answer.json() : null;
  return { status: answer.status, isGood: answer.ok, body };
}

const reasonOf = (answer) => answer.body?.error ?? (answer.status === 401 || answer.status === 403 ? 'This needs another key.' : `The host answers ${answer.status}.`);

/** Reads; throws with a line for a person. `known` are further statuses whose body is an answer. */
export async function read(path, parameters = {}, known = []) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined));
  const answer = await ask(query.size > 0 ? `${path}?${query}` : path, {}, readKey);
  if (!answer.isGood && !known.includes(answer.status)) {
    throw new Error(reasonOf(answer));
  }
  return answer.body;
}

/** Changes; asks for the admin key where the host wants one. Gives null where the person has none to give. */
export async function change(path, what) {
  const options = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(what) };
  for (let tries = 0; ; tries++) {
    const answer = await ask(path, options, sessionStorage.getItem(keyName) ?? readKey);
    if (answer.isGood) {
      return answer.body;
    }
    if ((answer.status !== 401 && answer.status !== 403) || tries === 3) {
      throw new Error(reasonOf(answer));
    }
    const key = await asked('The admin key', 'A function key may read. To change something the host asks for the admin key.', 'Go on', true);
    if (!key) {
      return null;
    }
    sessionStorage.setItem(keyName, key);
  }
}

/** Asks the person. Gives the key that was typed, or true; false where the answer is no. */
export function asked(title, text, yes, wantsKey = false) {
  const dialog = find('asking');
  find('asking-title').textContent = title;
  find('asking-text').textContent = text;
  find('asking-yes').textContent = yes;
  find('asking-label').hidden = find('asking-key').hidden = !wantsKey;
  find('asking-key').value = '';
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => {
    const isYes = dialog.returnValue === 'yes';
    resolve(isYes && wantsKey ? find('asking-key').value : isYes);
  }, { once: true }));
}
