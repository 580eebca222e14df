// What the facade uses of Universal Keystore Kit (API 12).
declare module '@kit.UniversalKeystoreKit' {
  export namespace huks {
    enum HuksTag {
      HUKS_TAG_ALGORITHM = (2 << 28) | 1,
      HUKS_TAG_PURPOSE = (2 << 28) | 2,
      HUKS_TAG_KEY_SIZE = (2 << 28) | 3,
      HUKS_TAG_PADDING = (2 << 28) | 5,
      HUKS_TAG_BLOCK_MODE = (2 << 28) | 6,
      HUKS_TAG_ASSOCIATED_DATA = (5 << 28) | 8,
      HUKS_TAG_NONCE = (5 << 28) | 9,
      HUKS_TAG_AUTH_STORAGE_LEVEL = (2 << 28) | 316,
      HUKS_TAG_AE_TAG = (5 << 28) | 10009,
    }
    enum HuksKeyAlg {
      HUKS_ALG_AES = 20,
    }
    enum HuksKeySize {
      HUKS_AES_KEY_SIZE_256 = 256,
    }
    enum HuksKeyPurpose {
      HUKS_KEY_PURPOSE_ENCRYPT = 1,
      HUKS_KEY_PURPOSE_DECRYPT = 2,
    }
    enum HuksKeyPadding {
      HUKS_PADDING_NONE = 0,
    }
    enum HuksCipherMode {
      HUKS_MODE_GCM = 32,
    }
    enum HuksAuthStorageLevel {
      HUKS_AUTH_STORAGE_LEVEL_DE = 0,
      HUKS_AUTH_STORAGE_LEVEL_CE = 1,
    }
    enum HuksExceptionErrCode {
      HUKS_ERR_CODE_CRYPTO_FAIL = 12000006,
      HUKS_ERR_CODE_ITEM_NOT_EXIST = 12000011,
    }
    interface HuksParam {
      tag: HuksTag;
      value: boolean | number | bigint | Uint8Array;
    }
    interface HuksOptions {
      properties?: Array<HuksParam>;
      inData?: Uint8Array;
    }
    interface HuksSessionHandle {
      handle: number;
    }
    interface HuksReturnResult {
      outData?: Uint8Array;
    }
    function generateKeyItem(keyAlias: string, options: HuksOptions): Promise<void>;
    function deleteKeyItem(keyAlias: string, options: HuksOptions): Promise<void>;
    function hasKeyItem(keyAlias: string, options: HuksOptions): Promise<boolean>;
    function initSession(keyAlias: string, options: HuksOptions): Promise<HuksSessionHandle>;
    function finishSession(handle: number, options: HuksOptions): Promise<HuksReturnResult>;
    function abortSession(handle: number, options: HuksOptions): Promise<void>;
  }
}
