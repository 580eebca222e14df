//! Where batches go.

use reqwest::Url;

use crate::TransportError;

/// Path of the contract, below the endpoint.
const BATCHES: [&str; 2] = ["v1", "batches"];

/// The address to post batches to.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) batches: Url,
    /// On this machine: plain HTTP is allowed, and no proxy is asked.
    pub(crate) is_local: bool,
}

impl Endpoint {
    pub(crate) fn parse(endpoint: &str) -> Result<Self, TransportError> {
        let wrong = || TransportError::NotAnAddress(endpoint.to_owned());
        let mut batches = Url::parse(endpoint).map_err(|_| wrong())?;
        let is_local = is_loopback(&batches);
        if batches.scheme() != "https" && !(batches.scheme() == "http" && is_local) {
            return Err(TransportError::NotSecure(endpoint.to_owned()));
        }
        batches.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().extend(BATCHES);
        Ok(Self { batches, is_local })
    }
}

/// Whether both addresses mean the same server: what was meant for one must not reach another.
pub(crate) fn is_same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batches(endpoint: &str) -> String {
        Endpoint::parse(endpoint).unwrap().batches.to_string()
    }

    #[test]
    fn the_path_of_the_contract_is_appended_to_the_endpoint() {
        let with = "https://collect.example.com/v1/batches";
        assert_eq!(batches("https://collect.example.com"), with);
        assert_eq!(batches("https://collect.example.com/"), with);
        assert_eq!(
            batches("https://example.com/staykit/"),
            "https://example.com/staykit/v1/batches"
        );
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        assert!(Endpoint::parse("http://127.0.0.1:8787").unwrap().is_local);
        assert!(Endpoint::parse("http://[::1]:8787").unwrap().is_local);
        assert!(Endpoint::parse("http://localhost:8787").unwrap().is_local);
        let open = Endpoint::parse("http://collect.example.com").unwrap_err();
        assert!(open.to_string().contains("use https"), "{open}");
        assert!(Endpoint::parse("ftp://127.0.0.1").is_err());
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        let error = Endpoint::parse("collect.example.com").unwrap_err();
        assert!(error.to_string().contains("https://"), "{error}");
    }

    #[test]
    fn another_port_or_scheme_is_another_server() {
        let url = |text| Url::parse(text).unwrap();
        let here = url("https://a.example/v1");
        assert!(is_same_origin(&here, &url("https://a.example:443/v2")));
        assert!(!is_same_origin(&here, &url("https://b.example/v1")));
        assert!(!is_same_origin(&here, &url("http://a.example/v1")));
        assert!(!is_same_origin(&here, &url("https://a.example:444/v1")));
    }
}
