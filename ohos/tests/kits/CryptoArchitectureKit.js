'use strict';
const crypto = require('node:crypto');

exports.cryptoFramework = {
  createRandom: () => ({
    generateRandomSync: (length) => ({ data: new Uint8Array(crypto.randomBytes(length)) }),
  }),
};
