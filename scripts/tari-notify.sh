#!/bin/sh
exec ${TARITOOLS:-node "$(dirname -- "$0")/../dist/taritools.js"} wallet notify --profile "${TARITOOLS_PROFILE:-TPS Hot Wallet}" -- "$@"
