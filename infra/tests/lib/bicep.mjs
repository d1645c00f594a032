// The genuine compiler, asked over JSON-RPC: one process answers in a fraction of a second what a start each would take
// four seconds for.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const project = join('build', 'bicep');

/** Why there is no compiler on this machine; undefined where there is one. The package has the compiler for Linux on x64. */
export const unsupported = process.platform === 'linux' && process.arch === 'x64' ? undefined : `the compiler's package is for linux-x64, not ${process.platform}-${process.arch}`;

/** Where the restore of build/bicep put the compiler; undefined before it, and after a change of version. */
export function compilerPath(root) {
  const wanted = readFileSync(join(root, 'Directory.Packages.props'), 'utf8').match(/Include="(Azure\.Bicep\.CommandLine\.[^"]+)" Version="([^"]+)"/);
  const assets = join(root, project, 'obj', 'project.assets.json');
  if (!existsSync(assets)) {
    return undefined;
  }
  const { packageFolders, libraries } = JSON.parse(readFileSync(assets, 'utf8'));
  const library = libraries[`${wanted[1]}/${wanted[2]}`];
  return library && Object.keys(packageFolders).map((folder) => join(folder, library.path, 'tools', 'bicep')).find((path) => existsSync(path));
}

/** The next message in the bytes that came so far: [message, rest], or undefined where it is not whole yet. */
function nextMessage(bytes) {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) {
    return undefined;
  }
  const end = head + 4 + Number(/Content-Length: (\d+)/i.exec(bytes.subarray(0, head).toString())[1]);
  return bytes.length < end ? undefined : [JSON.parse(bytes.subarray(head + 4, end).toString()), bytes.subarray(end)];
}

export class Bicep {
  #process;
  #calls = new Map();
  #received = Buffer.alloc(0);
  #last = 0;
  #failure;

  constructor(path) {
    // Code compiled once and for all takes half the time here of code that is compiled again as it gets hot.
    const env = { ...process.env, DOTNET_TieredCompilation: '0' };
    this.#process = spawn(path, ['jsonrpc', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#process.stdout.on('data', (bytes) => this.#receive(bytes));
    this.#process.stdin.on('error', (error) => this.#fail(error));
    this.#process.on('error', (error) => this.#fail(error));
    this.#process.on('exit', (code) => this.#fail(new Error(`the compiler ended with exit code ${code}`)));
  }

  /** Diagnostics and the compiled template of a .bicep file. */
  compile(path) {
    return this.#call('bicep/compile', { path });
  }

  /** Diagnostics, parameters and template of a .bicepparam file. */
  compileParams(path) {
    return this.#call('bicep/compileParams', { path, parameterOverrides: {} });
  }

  /** The resources that a .bicepparam file would make. */
  async snapshot(path, metadata) {
    return JSON.parse((await this.#call('bicep/getSnapshot', { path, metadata, externalInputs: [] })).snapshot);
  }

  /** The file as the compiler would write it. */
  async format(path) {
    return (await this.#call('bicep/format', { path })).contents;
  }

  stop() {
    this.#process.removeAllListeners('exit');
    this.#process.kill('SIGKILL'); // it holds nothing, and minds a gentler end
  }

  #call(method, params) {
    if (this.#failure) {
      return Promise.reject(this.#failure);
    }
    const id = ++this.#last;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  #receive(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (let next = nextMessage(this.#received); next; next = nextMessage(this.#received)) {
      const [message, rest] = next;
      this.#received = rest;
      const call = this.#calls.get(message.id);
      this.#calls.delete(message.id);
      if (message.error) {
        call?.reject(new Error(message.error.data?.message ?? message.error.message));
      } else {
        call?.resolve(message.result);
      }
    }
  }

  #fail(error) {
    this.#failure ??= error;
    this.#calls.forEach((call) => call.reject(error));
    this.#calls.clear();
  }
}
