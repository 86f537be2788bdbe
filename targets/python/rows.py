"""The rows of the error table in which signing in or out can end, with the texts of the sources."""
REQUEST, RESPONSE, SIGN_OUT, METADATA = "sign-in-request", "sign-in-response", "sign-out-request", "metadata"
NOT_WS_FEDERATION, UNKNOWN_REALM = "not-ws-federation", "unknown-realm"

ROWS = {
    NOT_WS_FEDERATION: "Incoming request is not a valid WS-Federation request. Ensure that the request is a valid"
                       " WS-Federation sign-in request or sign-in response and that it contains all of the required"
                       " parameters.",
    REQUEST: "An error occurred while processing a WS-Federation sign-in request",
    RESPONSE: "An error occurred while processing a WS-Federation sign-in response",
    SIGN_OUT: "An error occurred while processing a WS-Federation Sign-out request",
    METADATA: "An error occurred while attempting to generate federation metadata",
    UNKNOWN_REALM: "Requested relying party realm '{}' is unknown. There was a mismatch between the AppliesTo given in"
                   " the token request and the realms configured in K2Trust.",
}
