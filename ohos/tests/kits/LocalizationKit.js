'use strict';
const { device } = require('./state.js');

class System {
  static getSystemLanguage() {
    return device.language;
  }

  static getSystemRegion() {
    return device.region;
  }

  static getAppPreferredLanguage() {
    return device.language;
  }
}

exports.i18n = { System };
