// What the facade uses of Performance Analysis Kit (API 12).
declare module '@kit.PerformanceAnalysisKit' {
  export namespace hilog {
    function info(domain: number, tag: string, format: string, ...args: (string | number)[]): void;
    function warn(domain: number, tag: string, format: string, ...args: (string | number)[]): void;
  }
}
