// What the facade uses of ArkData (API 12).
declare module '@kit.ArkData' {
  import type { common } from '@kit.AbilityKit';

  export namespace preferences {
    type ValueType = number | string | boolean;
    interface Options {
      name: string;
    }
    function getPreferences(context: common.Context, options: Options): Promise<Preferences>;
    interface Preferences {
      get(key: string, defValue: ValueType): Promise<ValueType>;
      put(key: string, value: ValueType): Promise<void>;
      delete(key: string): Promise<void>;
      flush(): Promise<void>;
    }
  }
}
