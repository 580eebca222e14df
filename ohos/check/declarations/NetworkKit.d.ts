// What the facade uses of Network Kit (API 12).
declare module '@kit.NetworkKit' {
  export namespace connection {
    function hasDefaultNetSync(): boolean;
  }
  export namespace http {
    enum RequestMethod {
      HEAD = 'HEAD',
      POST = 'POST',
    }
    enum HttpDataType {
      STRING,
      OBJECT = 1,
      ARRAY_BUFFER = 2,
    }
    interface CertificatePinning {
      publicKeyHash: string;
      hashAlgorithm: 'SHA-256';
    }
    interface HttpRequestOptions {
      method?: RequestMethod;
      extraData?: string | Object | ArrayBuffer;
      expectDataType?: HttpDataType;
      usingCache?: boolean;
      header?: Object;
      readTimeout?: number;
      connectTimeout?: number;
      usingProxy?: boolean;
      maxLimit?: number;
      certificatePinning?: CertificatePinning | CertificatePinning[];
    }
    interface PerformanceTiming {
      redirectTiming: number;
    }
    interface HttpResponse {
      performanceTiming: PerformanceTiming;
      result: string | Object | ArrayBuffer;
      resultType: HttpDataType;
      responseCode: number;
      header: Object;
    }
    interface HttpRequest {
      request(url: string, options?: HttpRequestOptions): Promise<HttpResponse>;
      destroy(): void;
    }
    function createHttp(): HttpRequest;
  }
}
