"""OAuth: the authorization server, who signs in with a wallet, and whose tokens are believed."""
