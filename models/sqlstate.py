"""What an error of PostgreSQL means for the one who waits: try again, or never. By SQLSTATE class, then by single code."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# https://www.postgresql.org/docs/18/errcodes-appendix.html
TEMPORARY_BY_CLASS = {
    "02": False,  # no data
    "03": False,  # SQL statement not yet complete
    "08": True,  # connection exception
    "0A": False,  # feature not supported
    "21": False,  # cardinality violation
    "22": False,  # data exception
    "23": False,  # integrity constraint violation
    "25": False,  # invalid transaction state
    "28": False,  # invalid authorization: a wrong password stays wrong
    "2D": False,  # invalid transaction termination
    "3D": False,  # invalid catalog name
    "3F": False,  # invalid schema name
    "40": True,  # transaction rollback: serialization, deadlock
    "42": False,  # syntax error, missing table or column
    "44": False,  # WITH CHECK OPTION violation
    "53": True,  # insufficient resources: connections, disk, memory
    "54": False,  # program limit exceeded
    "55": False,  # object not in prerequisite state
    "57": True,  # operator intervention: shutdown, cancelled by timeout
    "58": True,  # system error outside PostgreSQL
    "F0": False,  # configuration file error
    "P0": False,  # PL/pgSQL
    "XX": False,  # internal error, corruption
}
TEMPORARY_BY_CODE = {
    "25006": True,  # read-only transaction: a replica that is being promoted
    "25P03": True,  # idle in transaction timeout
    "40002": False,  # integrity constraint violation at commit
    "55006": True,  # object in use
    "55P03": True,  # lock not available
    "57P04": False,  # database dropped
}


def sqlstate_is_temporary(code: str) -> bool:
    """Unknown classes count as permanent: a failure that someone reads beats an endless retry."""
    return TEMPORARY_BY_CODE.get(code, TEMPORARY_BY_CLASS.get(code[:2], False))


def is_temporary(error: BaseException) -> bool:
    """Whether trying again may help. A connection that never was or broke off has no code and is temporary."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = sqlstate(error)
    return sqlstate_is_temporary(code) if code else type(error).__name__ in ("OperationalError", "InterfaceError")


def sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "pgcode", None) or ""


def connection_problem(error: OperationalError) -> str:
    """In our words: libpq gives no code for a failed connection, only words; and those name the user and the host."""
    if code := sqlstate(error):
        return f"answers with error {code}"
    words = str(error.orig)
    if "password authentication failed" in words:
        return "authentication failed for DATABASE_URL"
    if "does not exist" in words:
        return "the database named in DATABASE_URL does not exist"
    if "timeout" in words or "timed out" in words:
        return "does not answer in time"
    return "cannot be reached"
