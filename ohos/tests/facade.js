// Loads the facade that build.js made, with the kits' stand-ins and the real native module.
// STAYKIT_JS: folder of build.js; STAYKIT_NATIVE: the native module; STAYKIT_COLLECTOR: the collector.
'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');

const built = process.env.STAYKIT_JS;
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) {
  if (name.startsWith('@kit.')) return path.join(__dirname, 'kits', `${name.slice(5)}.js`);
  if (name === 'libstaykit.so') return path.resolve(process.env.STAYKIT_NATIVE);
  if (name === '@staykit/staykit') return path.join(built, 'staykit', 'Index.js');
  if (name === '@staykit/staykit-ui') return path.join(built, 'staykit-ui', 'Index.js');
  return resolve.call(this, name, ...rest);
};

const { device } = require('./kits/state.js');
const { ApplicationContext } = require('./kits/AbilityKit.js');
const facade = require('@staykit/staykit');
const native = require('libstaykit.so');

const children = [];
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
const folders = [];
process.on('exit', () => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** A device fresh from the shop, with one app on it. */
function app() {
  Object.assign(device.huks, { delayMs: 0, failWith: 0, failAt: '', calls: [] });
  device.huks.keys.clear();
  device.preferences.clear();
  Object.assign(device.network, { isThere: true, requests: [], failWith: 0, trusted: [] });
  device.lines.length = 0;
  device.works.length = 0;
  device.suspended.clear();
  device.subscribers.clear();
  Object.assign(device, { language: 'en-Latn-US', region: 'US' });
  Object.assign(device, { sdkApiVersion: 12, isFull: false, isBackground: false, toldEvents: true });
  Object.assign(device, { installSource: 'com.huawei.hmos.appgallery', updateTime: 1_767_225_600_000 });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'staykit-'));
  folders.push(folder);
  return new ApplicationContext(folder);
}

/** Quiet unless asked, so that tests see what they record themselves. */
function start(context, config = {}) {
  const quiet = { captureLifecycle: false, capturePages: false, autoUpload: false, consent: facade.Consent.all() };
  return facade.Staykit.start(context, { ...quiet, ...config });
}

/** A collector of its own, on a port of its own. */
async function collector(...options) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'collector-'));
  folders.push(folder);
  const words = ['--listen', '127.0.0.1:0', '--database', path.join(folder, 'collector.sqlite'), ...options];
  const child = spawn(process.env.STAYKIT_COLLECTOR, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((done, failed) => {
    let printed = '';
    child.on('exit', () => failed(new Error(`the collector ended: ${printed}`)));
    child.stdout.on('data', (part) => {
      printed += part;
      const found = /(127\.0\.0\.1:\d+)/.exec(printed);
      if (found) done(`http://${found[1]}`);
    });
  });
  child.removeAllListeners('exit');
  // A test that fails leaves no collector behind, and does not wait for it.
  children.push(child);
  child.unref();
  child.stdout.unref();
  const summary = async () => (await fetch(`${address}/v1/summary`)).json();
  const database = path.join(folder, 'collector.sqlite');
  return { address, summary, database, stop: () => child.kill('SIGTERM') };
}

/** Waits until it holds. */
async function until(holds, what) {
  for (let i = 0; i < 500; i++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`did not come about: ${what}`);
}

module.exports = { ...facade, app, collector, device, native, start, until };
