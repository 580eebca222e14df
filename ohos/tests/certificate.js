// A certificate that a server on this machine shows, made here: key, self-signed certificate, and the digest to pin.
'use strict';
const crypto = require('node:crypto');

/** DER: tag, length, contents. */
function der(tag, ...parts) {
  const contents = Buffer.concat(parts);
  const { length } = contents;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), contents]);
}

const sequence = (...parts) => der(0x30, ...parts);
const identifier = (hex) => der(0x06, Buffer.from(hex, 'hex'));
const ECDSA_WITH_SHA_256 = sequence(identifier('2a8648ce3d040302'));
const COMMON_NAME = identifier('550403');
const ALTERNATIVE_NAME = identifier('551d11');

/** Of `127.0.0.1`, or of another address. */
function certificate(address = '127.0.0.1') {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const digest = crypto.createHash('sha256').update(key).digest();
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(digest.toString('hex', 0, 8))))));
  const times = ['200101000000Z', '491231235959Z'].map((time) => der(0x17, Buffer.from(time)));
  const names = sequence(der(0x87, Buffer.from(address.split('.').map(Number))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([0x40 | (0x3f & digest[0]), ...digest.subarray(1, 16)])),
    ECDSA_WITH_SHA_256,
    name,
    sequence(...times),
    name,
    key,
    der(0xa3, sequence(sequence(ALTERNATIVE_NAME, der(0x04, names))))
  );
  const signature = crypto.sign('sha256', body, privateKey);
  const whole = sequence(body, ECDSA_WITH_SHA_256, der(0x03, Buffer.from([0]), signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64')}\n-----END CERTIFICATE-----\n`,
    pin: digest.toString('base64'),
  };
}

module.exports = { certificate };
