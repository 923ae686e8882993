#!/bin/sh
# Runs a command of Callplane's in its container of docker-compose.yml: sh bin/in-compose.sh npx callplane doctor
set -eu

# FreeSWITCH makes the password, in hexadecimal, so it needs no escaping in the address.
password=$(cat "$ESL_PASSWORD_FILE")
export FREESWITCH_NODES="esl://:$password@freeswitch:8021"

# The image has espeak-ng, for an operator who names nothing that speaks. Only one of the two may be set.
[ -n "${SPEECH_COMMAND+set}${SPEECH_URL+set}" ] || export SPEECH_COMMAND=espeak-ng

exec "$@"
