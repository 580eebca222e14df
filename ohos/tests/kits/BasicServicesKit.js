'use strict';
const os = require('node:os');
const { performance } = require('node:perf_hooks');
const { device } = require('./state.js');

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
