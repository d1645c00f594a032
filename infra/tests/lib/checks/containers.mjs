// Image and compose file: pinned, watched, and nothing that runs as root or listens to everybody.

import { posix } from 'node:path';
import { openRoutes } from '../code.mjs';
import { yaml } from '../yaml.mjs';

const app = 'src/FunctionsConsumers/FunctionsConsumers.csproj';

export const containers = ({ project }) => [
  ...dockerfile(project.readText('infra/container/Dockerfile'), project.readText('.dockerignore'), projectsOf(project, app), openRoutes(project)).map((finding) => `infra/container/Dockerfile: ${finding}`),
  ...compose(project).map((finding) => `infra/local/compose.yaml: ${finding}`),
];

/** A project and those that it refers to, without the stand-in. */
function projectsOf(project, path) {
  const references = [...project.readText(path).matchAll(/<ProjectReference Include="([^"]+)"/g)].map((match) => posix.join(posix.dirname(path), match[1].replaceAll('\\', '/')));
  return [path, ...references.filter((one) => !one.includes('StandIns')).flatMap((one) => projectsOf(project, one))];
}

function dockerfile(text, ignored, projects, routes) {
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
    ...projects.filter((one) => !copied.includes(one)).map((one) => `restores without ${one}`),
    ...(/^USER (?!root|0)\S+/m.test(text) ? [] : ['runs as root']),
    ...(routes.includes(text.match(/^HEALTHCHECK [^\]]*GET (\S+) HTTP/m)?.[1]) ? [] : ['has no health check that the app answers']),
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
