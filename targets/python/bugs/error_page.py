"""Mistakes in what an error page says, and how, on either side."""
import policies as oauth
import rows
import sign_in_policies as policies
from bugs.bug import bug, sign_in_bug

DISTINCT, INERT, STATUSES = "errors.distinct", "errors.inert", "errors.client-faults-are-4xx"
RESPONSE, UNKNOWN_REALM = "errors.row-sign-in-response", "errors.row-unknown-realm"


@sign_in_bug("show", UNKNOWN_REALM)
def realm_not_named(row, details):
    """Formats the text of the row without saying which realm is unknown."""
    return policies.show(row, "" if row == rows.UNKNOWN_REALM else details)


@sign_in_bug("show", RESPONSE, "errors.row-sign-in-request", "errors.row-sign-out-request")
def details_for_the_log_alone(row, details):
    """Says that a request or a response could not be processed, and not why."""
    return policies.show(row, details if row == rows.UNKNOWN_REALM else "")


@sign_in_bug("show", RESPONSE, DISTINCT)
def response_told_as_request(row, details):
    """Has one text for what fails in a sign-in, that of the request."""
    return policies.show(rows.REQUEST if row == rows.RESPONSE else row, details)


@sign_in_bug("show", "errors.row-sign-out-request", "sign-out.malformed", DISTINCT)
def sign_out_told_as_no_message(row, details):
    """Says of a sign-out with a parameter too many that it is no message of WS-Federation."""
    return policies.show(rows.NOT_WS_FEDERATION if row == rows.SIGN_OUT else row, details)


@sign_in_bug("show", "errors.row-not-ws-federation", "sign-in.malformed")
def no_message_told_by_http(row, details):
    """Answers what is no message of WS-Federation with the phrase of its status."""
    return (400, "Bad Request") if row == rows.NOT_WS_FEDERATION else policies.show(row, details)


@sign_in_bug("show", STATUSES)
def refusal_as_accident(row, details):
    """Raises what it refuses, and answers everything that was raised with 500."""
    return 500, policies.show(row, details)[1]


@sign_in_bug("quote", INERT)
def page_formatted(text):
    """Puts a page together with str.format, which escapes nothing."""
    return f"{text}"


@bug("show", "version", "errors.row-oauth-version", DISTINCT)
def version_told_as_request(error, details):
    """Has one text for what it does not do, that of the request."""
    return oauth.show(oauth.REQUEST if error == oauth.VERSION else error, details)


@bug("show", "errors.row-token-request", "token.relays-failure")
def redemption_told_without_details(error, details):
    """Says that a token request could not be processed, and not why."""
    return oauth.show(error, "" if error == oauth.TOKEN else details)


@bug("show", STATUSES)
def failure_as_accident(error, details):
    """Raises what it refuses, and answers everything that was raised with 500."""
    return 500, oauth.show(error, details)[1]


PAGE_BUGS = (realm_not_named, details_for_the_log_alone, response_told_as_request, sign_out_told_as_no_message,
             no_message_told_by_http, refusal_as_accident, page_formatted, version_told_as_request,
             redemption_told_without_details, failure_as_accident)
