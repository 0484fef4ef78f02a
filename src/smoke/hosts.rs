//! To which hosts a smoke check may go: only those that the configuration names, as it names them.

use url::Url;

/// A host, on one port or on any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    /// As [`Url::host_str`] gives it: lower case, an address in its one usual form.
    host: String,
    port: Option<u16>,
}

impl AllowedHost {
    /// `shop.internal`, `shop.internal:8000`, `[::1]:8000`.
    ///
    /// # Errors
    /// The end of a sentence about the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refused = || "must be a host such as shop.internal, shop.internal:8000 or [::1]".to_owned();
        if text.contains(['/', '@', '?', '#', '\\', '*', ' ']) {
            return Err(refused());
        }
        // A scheme that has no usual port, so that every port that is said is kept.
        let url = Url::parse(&format!("http://{text}/")).map_err(|_| refused())?;
        let has_port = text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
            && !text.ends_with(']');
        Ok(Self {
            host: url.host_str().ok_or_else(refused)?.to_owned(),
            port: if has_port { url.port_or_known_default() } else { None },
        })
    }

    /// The host of a URL, on its port.
    pub fn of(url: &Url) -> Option<Self> {
        Some(Self { host: url.host_str()?.to_owned(), port: url.port_or_known_default() })
    }

    fn allows(&self, url: &Url) -> bool {
        url.host_str() == Some(&self.host)
            && self.port.is_none_or(|port| url.port_or_known_default() == Some(port))
    }
}

/// Whether a request may go where `url` leads: over HTTP, to one of `hosts`.
pub fn is_allowed(hosts: &[AllowedHost], url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && hosts.iter().any(|it| it.allows(url))
}

/// Scheme, host, port and path: what may be shown of a URL. Its query and its user are not.
pub fn shown(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(hosts: &[&str], url: &str) -> bool {
        let hosts: Vec<AllowedHost> = hosts.iter().map(|it| AllowedHost::parse(it).unwrap()).collect();
        is_allowed(&hosts, &Url::parse(url).unwrap())
    }

    #[test]
    fn a_host_is_allowed_as_it_is_written() {
        assert!(allowed(&["shop.internal"], "https://shop.internal/x"));
        assert!(allowed(&["Shop.Internal:8000"], "http://SHOP.internal:8000/"));
        assert!(allowed(&["shop.internal:80"], "http://shop.internal/"));
        assert!(allowed(&["[::1]:8000"], "http://[0:0::1]:8000/"));
        assert!(!allowed(&["shop.internal:8000"], "http://shop.internal/"));
        assert!(!allowed(&["shop.internal"], "http://shop.internal.evil/"));
        assert!(!allowed(&["shop.internal"], "http://evil/shop.internal"));
        assert!(!allowed(&["shop.internal"], "http://shop.internal@evil/"));
        assert!(!allowed(&["shop.internal"], "ftp://shop.internal/"));
        assert!(!allowed(&[], "http://shop.internal/"));
    }

    #[test]
    fn another_spelling_of_an_address_is_the_same_address() {
        assert!(allowed(&["127.0.0.1"], "http://127.1/"));
        for metadata in [
            "http://169.254.169.254/",
            "http://2852039166/",
            "http://0xa9fea9fe/",
            "http://[::ffff:a9fe:a9fe]/",
        ] {
            assert!(!allowed(&["127.0.0.1"], metadata), "{metadata}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["", "http://x", "x/y", "u@x", "*.x", "x:port", "a b", "x:99999"] {
            assert!(AllowedHost::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn neither_query_nor_user_is_shown() {
        let url = Url::parse("https://u:canary@shop:8443/a/b?token=canary#canary").unwrap();
        assert_eq!(shown(&url), "https://shop:8443/a/b");
    }
}
