#!/bin/sh
# Makes a Docker daemon answer on this machine: installs Debian's docker.io where dockerd is missing, starts dockerd where none
# answers, then makes the sandbox's base image. Needs root. Does nothing the second time.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
log=${OMNI_DOCKERD_LOG:-/tmp/omni-dockerd.log}

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

if ! command -v dockerd >/dev/null 2>&1 || ! command -v docker >/dev/null 2>&1; then
  echo "docker: installing docker.io" >&2
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io iptables >/dev/null
fi

if ! answers; then
  echo "docker: starting dockerd (log: $log)" >&2
  rm -f /var/run/docker.pid
  setsid dockerd >"$log" 2>&1 </dev/null &
  tries=0
  until answers; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ]; then
      echo "docker: dockerd did not answer within 30 s; its log ends with:" >&2
      tail -n 20 "$log" >&2
      exit 1
    fi
    sleep 0.3
  done
fi

exec "$here/docker-test-image.sh"
