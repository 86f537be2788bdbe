"""Realistic mistakes, each in the place of one decision of the broker. A docstring says what the mistake does."""
from bugs.answer import ANSWER_BUGS
from bugs.app_only import APP_ONLY_BUGS
from bugs.app_only_token import APP_ONLY_TOKEN_BUGS
from bugs.callback import CALLBACK_BUGS
from bugs.client import CLIENT_BUGS
from bugs.directory import DIRECTORY_BUGS
from bugs.error_page import PAGE_BUGS
from bugs.nodes import NODE_BUGS
from bugs.redemption import REDEMPTION_BUGS
from bugs.redirect_uri import REDIRECT_BUGS
from bugs.request import REQUEST_BUGS
from bugs.sign_in_pending import PENDING_BUGS
from bugs.sign_in_request import SIGN_IN_REQUEST_BUGS
from bugs.sign_out import METADATA_BUGS, SIGN_OUT_BUGS
from bugs.token import TOKEN_BUGS
from bugs.token_answer import TOKEN_ANSWER_BUGS
from bugs.token_request import TOKEN_REQUEST_BUGS
from bugs.upstream import UPSTREAM_BUGS

BUGS = {bug.name: bug for bug in (*REQUEST_BUGS, *CLIENT_BUGS, *REDIRECT_BUGS, *ANSWER_BUGS, *CALLBACK_BUGS, *NODE_BUGS,
                                  *TOKEN_REQUEST_BUGS, *REDEMPTION_BUGS, *TOKEN_ANSWER_BUGS, *APP_ONLY_BUGS,
                                  *APP_ONLY_TOKEN_BUGS, *METADATA_BUGS,
                                  *SIGN_IN_REQUEST_BUGS, *UPSTREAM_BUGS, *TOKEN_BUGS, *SIGN_OUT_BUGS, *PENDING_BUGS,
                                  *DIRECTORY_BUGS, *PAGE_BUGS)}
