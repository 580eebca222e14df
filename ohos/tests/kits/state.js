// What the tests set and look at, in one place: the device as the stand-ins see it.
'use strict';

class BusinessError extends Error {
  constructor(code, message = 'refused') {
    super(message);
    this.code = code;
  }
}

const device = {
  // HUKS
  huks: { keys: new Map(), sessions: new Map(), delayMs: 0, failWith: 0, failAt: '', calls: [] },
  // preferences, by name
  preferences: new Map(),
  isFull: false,
  // Network Kit; `trusted` are the certificates of the system's authorities
  network: { isThere: true, open: 0, requests: [], failWith: 0, trusted: [] },
  // hilog
  lines: [],
  // common events, by subscriber; whether the system has them at all
  subscribers: new Map(),
  toldEvents: true,
  // the app
  language: 'en-Latn-US',
  region: 'US',
  deviceType: 'phone',
  sdkApiVersion: 12,
  versionName: '2.4.0',
  installSource: 'com.huawei.hmos.appgallery',
  updateTime: 1_767_225_600_000,
  works: [],
  suspended: new Map(),
  isBackground: false,
};

const later = (ms) => new Promise((done) => (ms > 0 ? setTimeout(done, ms) : setImmediate(done)));

module.exports = { BusinessError, device, later };
