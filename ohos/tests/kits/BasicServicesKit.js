'use strict';
const os = require('node:os');
const { device } = require('./state.js');

exports.deviceInfo = {
  get deviceType() {
    return device.deviceType;
  },
  get sdkApiVersion() {
    return device.sdkApiVersion;
  },
};
exports.systemDateTime = {
  TimeType: { STARTUP: 0, ACTIVE: 1 },
  getUptime: () => Math.floor(os.uptime() * 1_000),
};
