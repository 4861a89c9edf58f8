#!/bin/sh
exec "${TARITOOLS:-taritools}" wallet notify --profile "${TARITOOLS_PROFILE:-TPS Hot Wallet}" -- "$@"
