// What the facade uses of Basic Services Kit (API 12).
declare module '@kit.BasicServicesKit' {
  export interface BusinessError<T = void> extends Error {
    code: number;
    data: T;
  }
  export interface Callback<T> {
    (data: T): void;
  }
  export namespace emitter {
    function on(eventId: string, callback: () => void): void;
    function off(eventId: string, callback: () => void): void;
    function emit(eventId: string): void;
  }
  export namespace deviceInfo {
    const deviceType: string;
    const sdkApiVersion: number;
  }
  export namespace systemDateTime {
    enum TimeType {
      STARTUP = 0,
      ACTIVE = 1,
    }
    function getUptime(timeType: TimeType, isNanoseconds?: boolean): number;
  }
}
