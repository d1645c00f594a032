// Runs Azurite's table service in memory, for as long as standard input stays open. The parent holds the other end and
// never writes: when the parent ends, by SIGKILL too, the system closes it, and this process ends with it.
'use strict';

const [main] = process.argv.slice(-1);

// Ctrl-C reaches every process of the terminal. The parent still has a batch to finish then, and says when to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {});
}
const once = process.once.bind(process);
process.once = (event, handler) => (event === 'SIGINT' ? process : once(event, handler));

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));

// The port is taken and told before Azurite is loaded, which takes most of a second: the parent goes on meanwhile with what needs
// the address only. Nobody connects before the second line, so whoever does gets no answer.
const reserved = require('net').createServer((socket) => socket.destroy());
const http = require('http');
const createServer = http.createServer;
http.createServer = (...args) => {
  const server = createServer.apply(http, args);
  const listen = server.listen;
  server.listen = (...asked) => listen.call(server, reserved, ...asked.filter((one) => typeof one === 'function'));
  server.on('listening', () => process.stdout.write('ready\n'));
  return server;
};

// Azurite loads the client of its telemetry, 2,800 of its 3,300 modules, before it looks whether telemetry is wanted. Here it is
// not, so the client is loaded when something of it is first used: never.
const Module = require('module');
const load = Module._load;
Module._load = function (request, ...rest) {
  if (request !== 'applicationinsights') {
    return load.call(this, request, ...rest);
  }
  return new Proxy({}, { get: (_, name) => load.call(Module, request, ...rest)[name] });
};

process.argv = [
  process.execPath, main,
  '--tableHost', '127.0.0.1', '--tablePort', '0',
  '--inMemoryPersistence', '--silent', '--skipApiVersionCheck', '--disableTelemetry',
];
reserved.listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${reserved.address().port}\n`);
  require(main);
});
