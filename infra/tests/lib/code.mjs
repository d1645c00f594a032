// The names that the C# code goes by, read from its sources.

import { join } from 'node:path';

const app = join('src', 'FunctionsConsumers');

/** All C# of the folders that start with src/FunctionsConsumers, without the stand-in. */
function sources(project, folder) {
  return project.files('src', /\.cs$/).filter((path) => path.startsWith(folder)).map((path) => ({ path, text: project.readText(path) }));
}

/** What a C# expression of a name comes to: a literal, nameof, or a constant of another class. */
function resolve(expression, constants) {
  const text = expression.trim();
  return text.match(/^"(.*)"$/)?.[1] ?? text.match(/^nameof\((?:\w+\.)*(\w+)\)$/)?.[1] ?? constants.get(text.split('.').slice(-2).join('.'));
}

/** Constants by class: `InvoiceConsumer.GroupName`. */
function constantsOf(files) {
  const found = new Map();
  for (const { text } of files) {
    const classes = [...text.matchAll(/\b(?:class|record|struct)\s+(\w+)/g)];
    for (const match of text.matchAll(/\bconst\s+string\??\s+(\w+)\s*=\s*("[^"]*")/g)) {
      const owner = classes.filter((one) => one.index < match.index).at(-1)?.[1];
      found.set(`${owner}.${match[1]}`, match[2].slice(1, -1));
    }
  }
  return found;
}

/** The text between the bracket at `from` and the one that closes it. */
function balanced(text, from) {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    depth += { '(': 1, ')': -1 }[text[i]] ?? 0;
    if (depth === 0) {
      return text.slice(from + 1, i);
    }
  }
  return text.slice(from + 1);
}

/** The Kafka triggers of the app: { file, function, brokers, topic, group, username, password }. */
export function triggers(project) {
  const secured = join('Security', 'SaslSsl.cs');
  const all = sources(project, join('src', 'FunctionsConsumers')).filter(({ path }) => !path.includes(join('', 'Security', '')) || path.endsWith(secured));
  const constants = constantsOf(all);
  return sources(project, join(app, '')).flatMap(({ path, text }) => [...text.matchAll(/\[Function\(([^\]]*?)\)\]/g)].flatMap((match) => {
    const trigger = text.indexOf('KafkaTrigger(', match.index);
    if (trigger < 0) {
      return [];
    }
    const values = balanced(text, trigger + 'KafkaTrigger'.length).split(',').map((one) => one.trim());
    const named = Object.fromEntries(values.filter((one) => /^\w+\s*=/.test(one)).map((one) => one.split(/\s*=\s*/)));
    return [{
      file: path, function: resolve(match[1], constants), brokers: resolve(values[0], constants), topic: resolve(values[1], constants),
      group: named.ConsumerGroup && resolve(named.ConsumerGroup, constants),
      username: named.Username && resolve(named.Username, constants), password: named.Password && resolve(named.Password, constants),
    }];
  }));
}

/** The addresses of the app's HTTP functions that need no key. */
export function openRoutes(project) {
  return sources(project, join(app, '')).flatMap(({ text }) => [...text.matchAll(/HttpTrigger\(AuthorizationLevel\.Anonymous,[^)]*Route = "([^"]+)"\)/g)]).map((match) => `/api/${match[1]}`);
}

/** Whether the code reads a setting: as a name of its own, or as a property of the options bound to its section. */
export function readsSetting(project, setting) {
  const code = sources(project, join('src', 'FunctionsConsumers')).map(({ text }) => text.replace(/^\s*\/\/.*$/gm, '')).join('\n');
  const [section, ...rest] = setting.split('__').filter((part) => part !== 'n' && part !== 'group');
  const says = (name) => code.includes(`"${name}"`) || new RegExp(`\\b${name}\\b[^;\\n]*\\{ get;`).test(code);
  return says([section, ...rest].join(':')) || (code.includes(`"${section}"`) || code.includes(`"${section}:`)) && rest.every((part) => says(part) || code.includes(`:${part}"`)) || (rest.length === 0 && says(section));
}

const units = { Seconds: 1, Minutes: 60, Hours: 3600, Days: 86400 };

/** A number, or a TimeSpan in seconds. */
function amount(text) {
  const time = text.trim().match(/^TimeSpan\.From(\w+)\((\d+)\)$/);
  return time ? Number(time[2]) * units[time[1]] : Number(text.trim().replaceAll('_', ''));
}

/** Bounds and default of a property of the options, times in seconds: { least, most, default }; undefined where the code does not say. */
export function optionOf(project, property) {
  const options = sources(project, join('src', 'FunctionsConsumers')).find(({ path }) => path.endsWith('EffectivelyOnceOptions.cs'))?.text ?? '';
  const range = options.match(new RegExp(`nameof\\(${property}\\), defaults\\.${property}, (\\w+)\\)`))?.[1];
  const bounds = options.match(new RegExp(`\\b${range} = new\\(([^,]+), (.+)\\);`));
  const initial = options.match(new RegExp(`public \\w+ ${property} \\{[^}]*\\} = ([^;]+);`));
  return range && bounds && initial ? { least: amount(bounds[1]), most: amount(bounds[2]), default: amount(initial[1]) } : undefined;
}
