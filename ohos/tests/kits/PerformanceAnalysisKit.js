'use strict';
const { device } = require('./state.js');

const keep = (level) => (domain, tag, format, ...args) =>
  device.lines.push(`${level} ${tag} ${format} ${args.join(' ')}`);

exports.hilog = { info: keep('info'), warn: keep('warn') };
