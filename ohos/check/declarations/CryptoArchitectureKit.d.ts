// What the facade uses of Crypto Architecture Kit (API 12).
declare module '@kit.CryptoArchitectureKit' {
  export namespace cryptoFramework {
    interface DataBlob {
      data: Uint8Array;
    }
    interface Random {
      generateRandomSync(len: number): DataBlob;
    }
    function createRandom(): Random;
    interface Md {
      updateSync(input: DataBlob): void;
      digestSync(): DataBlob;
    }
    function createMd(algName: string): Md;
  }
}
