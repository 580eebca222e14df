'use strict';
const os = require('node:os');
const { performance } = require('node:perf_hooks');
const { BusinessError, device } = require('./state.js');

exports.deviceInfo = {
  get deviceType() {
    return device.deviceType;
  },
  get sdkApiVersion() {
    return device.sdkApiVersion;
  },
};
/** The system's own has hundredths of a second. */
const began = os.uptime() * 1_000 - performance.now();
exports.systemDateTime = {
  TimeType: { STARTUP: 0, ACTIVE: 1 },
  getUptime: () => Math.floor(began + performance.now()),
};

exports.commonEventManager = {
  Support: {
    COMMON_EVENT_TIME_CHANGED: 'usual.event.TIME_CHANGED',
    COMMON_EVENT_TIMEZONE_CHANGED: 'usual.event.TIMEZONE_CHANGED',
  },
  createSubscriberSync(info) {
    if (!Array.isArray(info.events) || !info.events.every((event) => typeof event === 'string')) throw new BusinessError(401);
    return { info };
  },
  subscribe(subscriber, callback) {
    if (typeof callback !== 'function') throw new BusinessError(401);
    if (!device.toldEvents) throw new BusinessError(801);
    device.subscribers.set(subscriber, callback);
  },
  unsubscribe(subscriber) {
    if (!device.subscribers.delete(subscriber)) throw new BusinessError(1500007);
  },
};

/** What the system does: an app in the background hears nothing of it. */
exports.publish = (event) => {
  if (device.isBackground) return;
  for (const [{ info }, callback] of [...device.subscribers]) {
    if (info.events.includes(event)) callback(null, { event });
  }
};

/** Between all threads of a process, this one included, and later. */
const heard = new Map();
let threads = null;
function toThreads() {
  if (threads === null) {
    threads = new BroadcastChannel('emitter');
    threads.unref();
    threads.onmessage = ({ data }) => heard.get(data)?.forEach((callback) => callback({}));
  }
  return threads;
}
exports.emitter = {
  on(id, callback) {
    if (typeof id !== 'string' || id.length === 0) throw new BusinessError(401);
    toThreads();
    heard.set(id, (heard.get(id) ?? new Set()).add(callback));
  },
  off: (id, callback) => heard.get(id)?.delete(callback),
  emit(id) {
    if (typeof id !== 'string' || id.length === 0) throw new BusinessError(401);
    toThreads().postMessage(id);
    setImmediate(() => heard.get(id)?.forEach((callback) => callback({})));
  },
  /** How many listen, for tests. */
  count: () => [...heard.values()].reduce((sum, callbacks) => sum + callbacks.size, 0),
};
