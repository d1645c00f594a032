// Image and compose file: pinned, watched, and nothing that runs as root or listens to everybody.

import { yaml } from '../yaml.mjs';

export const containers = ({ project }) => [
  ...dockerfile(project.readText('infra/container/Dockerfile'), project.readText('.dockerignore')).map((finding) => `infra/container/Dockerfile: ${finding}`),
  ...compose(project).map((finding) => `infra/local/compose.yaml: ${finding}`),
];

function dockerfile(text, ignored) {
  const bases = [...text.matchAll(/^(?:FROM|ARG \w+=)\s*(mcr\.\S+)/gm)].map((match) => match[1]);
  const [beforeRestore] = text.split('RUN dotnet restore');
  const copied = [...beforeRestore.matchAll(/^COPY (.+) \S+$/gm)].flatMap((match) => match[1].split(' '));
  const kept = ignored.split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  return [
    ...(bases.length === 2 ? [] : [`its bases are ${bases.join(', ')}`]),
    ...bases.filter((base) => !/:[\w.-]*\d/.test(base)).map((base) => `${base} is not pinned`),
    ...(bases.at(-1)?.startsWith('mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0') ? [] : ['is not on the official image']),
    ...copied.filter((one) => one.endsWith('/')).map((one) => `restores anew whenever anything in ${one} changes`),
    ...copied.filter((one) => !kept.some((name) => one === name || one.startsWith(`${name}/`))).map((one) => `${one} is kept out by .dockerignore`),
    ...(/^USER (?!root|0)\S+/m.test(text) ? [] : ['runs as root']),
    ...(/^HEALTHCHECK /m.test(text) ? [] : ['has no health check']),
    ...(text.includes('-p:KafkaSecurity=SaslSsl') ? [] : ['is published without TLS for the broker']),
  ];
}

function compose(project) {
  const [file] = yaml(project, 'infra/local/compose.yaml');
  return Object.entries(file.services).flatMap(([name, service]) => [
    ...(service.healthcheck?.test ? [] : [`${name} has no health check`]),
    ...(/:v?\d+\.\d+\.\d+$/.test(service.image) ? [] : [`${name} ${service.image} is not pinned`]),
    ...(service.ports ?? []).filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `${name} listens on ${port} outside this machine`),
  ]);
}
