#!/bin/sh
# Makes a Docker daemon answer on this machine: installs Debian's docker.io where dockerd is missing, starts dockerd where none
# answers, then makes the sandbox's images. Needs root. Does nothing the second time.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
log=${OMNI_DOCKERD_LOG:-/tmp/omni-dockerd.log}

has() { command -v "$1" >/dev/null 2>&1; }
answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

if ! has dockerd || ! has docker || ! has debootstrap; then
  echo "docker: installing docker.io and debootstrap" >&2
  apt-get update -qq
  # What dockerd and the image builder need at run time and Debian only recommends; docker-cli is a package of its own since trixie.
  packages="docker.io debootstrap iptables ca-certificates xz-utils"
  if apt-cache show docker-cli >/dev/null 2>&1; then packages="$packages docker-cli"; fi
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi

if ! answers; then
  echo "docker: starting dockerd (log: $log)" >&2
  rm -f /var/run/docker.pid
  # Sandboxes have no network and images are built on the host's, so no bridge is made and no firewall rule touched.
  setsid dockerd --bridge none --iptables=false --ip6tables=false >"$log" 2>&1 </dev/null &
  tries=0
  until answers; do
    tries=$((tries + 1))
    if [ "$tries" -gt 200 ]; then
      echo "docker: dockerd did not answer within 60 s; its log ends with:" >&2
      tail -n 20 "$log" >&2
      exit 1
    fi
    sleep 0.3
  done
fi

for image in python node python-science; do
  "$here/../docker/images/build.sh" "$image" >/dev/null
done
