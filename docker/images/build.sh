#!/bin/sh
# build.sh NAME: makes the image omni-thinker/sandbox-NAME:1 in the Docker daemon that `docker` talks to (DOCKER_HOST).
# NAME is python, python-science or node. Does nothing when it is there, unless OMNI_SANDBOX_REBUILD=1.
#   OMNI_SANDBOX_BASE    a Debian or Python image to start from; pulled when it is not there.
#                        Default: a Debian made by debootstrap, which needs root and no registry
#   OMNI_SANDBOX_TAG     another name for the result
#   OMNI_DEBIAN_MIRROR   mirror of debootstrap; default: the one that apt uses here
# The last line on stdout is the image's name and its id.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=${1:?image missing: build.sh python|python-science|node}
image=${OMNI_SANDBOX_TAG:-omni-thinker/sandbox-$name:1}

say() { echo "sandbox image: $*" >&2; }
has() { docker image inspect "$1" >/dev/null 2>&1; }
finish() {
  echo "$image $(docker image inspect --format '{{.Id}}' "$image")"
  exit 0
}

# Debian's minbase by debootstrap, imported as an image; prints its name.
debian_base() {
  suite=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")
  suite=${suite:-bookworm}
  base=omni-thinker/debian-$suite:1
  if ! has "$base"; then
    command -v debootstrap >/dev/null 2>&1 || {
      say "debootstrap is missing: apt-get install debootstrap, or set a base image (omni sandbox build --base IMAGE)"
      exit 3
    }
    [ "$(id -u)" = 0 ] || {
      say "debootstrap needs root; run it as root, or set a base image (omni sandbox build --base IMAGE)"
      exit 3
    }
    mirror=${OMNI_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(SITE)' "Created-By: Packages" 2>/dev/null |
      grep -v security | head -n 1)}
    root=$(mktemp -d "${TMPDIR:-/tmp}/omni-image-XXXXXX")
    trap 'rm -rf --one-file-system "$root" "$root.log"' EXIT INT TERM
    say "making a Debian base with debootstrap ($suite), about half a minute"
    debootstrap --variant=minbase --include=python3 "$suite" "$root" "${mirror:-http://deb.debian.org/debian}" >"$root.log" 2>&1 || {
      tail -n 20 "$root.log" >&2
      exit 1
    }
    tar -C "$root" --numeric-owner --one-file-system -c . | docker import - "$base" >/dev/null
  fi
  echo "$base"
}

docker version >/dev/null 2>&1 || {
  say "no Docker daemon answers the docker command; start dockerd, or set DOCKER_HOST"
  exit 3
}
parts="Dockerfile install.sh"
[ "$name" != python-science ] || parts="$parts python-science.txt"
# What the image is made by; one that was made by another recipe is made anew.
recipe=$(cd "$here" && cat $parts | sha256sum | cut -c1-16)
made_by() { docker image inspect --format '{{index .Config.Labels "omni.sandbox.recipe"}}' "$image"; }
if has "$image" && [ "${OMNI_SANDBOX_REBUILD:-}" != 1 ]; then
  if [ "$(made_by)" = "$recipe" ]; then
    say "$image is there"
    finish
  fi
  say "$image was made by another recipe"
fi

base=${OMNI_SANDBOX_BASE:-}
[ -n "$base" ] || base=$(debian_base)
say "making $image from $base"
# The host's network: packages come from where the host's come from, and a daemon without a bridge can build too.
layers=$image-layers
context=$(mktemp -d "${TMPDIR:-/tmp}/omni-image-XXXXXX")
trap 'rm -rf --one-file-system "$context"' EXIT INT TERM
(cd "$here" && cp $parts "$context")
# Behind a proxy with a certificate of its own pip needs the host's bundle.
certificates=${PIP_CERT:-${SSL_CERT_FILE:-}}
if [ -n "$certificates" ] && [ -r "$certificates" ]; then cp "$certificates" "$context/ca.pem"; fi
index=${PIP_INDEX_URL:-$(python3 -m pip config get global.index-url 2>/dev/null || true)}
docker build --network host --build-arg BASE="$base" --build-arg NAME="$name" ${index:+--build-arg PIP_INDEX_URL="$index"} \
  --tag "$layers" "$context" >&2
# One layer: what the build took away is then away, which halves the image and what a container's start has to mount.
container=$(docker create "$layers" true)
docker export "$container" | docker import --change 'ENV PATH=/usr/local/bin:/usr/bin:/bin' --change 'ENV LANG=C.UTF-8' \
  --change 'CMD ["python3"]' --change "LABEL org.opencontainers.image.title=omni-thinker-sandbox-$name omni.sandbox.recipe=$recipe" - "$image" >/dev/null
docker rm "$container" >/dev/null
docker rmi "$layers" >/dev/null
finish
