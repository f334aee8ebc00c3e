#!/bin/sh
# Installs what the image NAME holds into the Debian that this runs in, and takes away what a sandbox has no use for.
set -eu
export DEBIAN_FRONTEND=noninteractive

install() { apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }

# Packages of python-science.txt from the package index; versions are pinned for the Python of the reference image only.
wheels() {
  list=/tmp/image/python-science.txt
  if ! python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then
    sed 's/==.*//' "$list" >/tmp/unpinned
    list=/tmp/unpinned
  fi
  if [ -s /tmp/image/ca.pem ]; then export PIP_CERT=/tmp/image/ca.pem; fi
  PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install -q --no-cache-dir --no-compile --root-user-action=ignore \
    --constraint "$1" -r "$list"
}

apt-get update -qq
command -v python3 >/dev/null 2>&1 || install python3
# A container without a network is given an empty /etc/hosts: this gives localhost its address.
install libnss-myhostname
command -v python >/dev/null 2>&1 || ln -s "$(command -v python3)" /usr/local/bin/python

case $1 in
  python) ;;
  node) command -v node >/dev/null 2>&1 || install nodejs ;;
  python-science)
    # Debian's packages are for Debian's python3; one in /usr/local has wheels for all.
    if [ "$(command -v python3)" = /usr/bin/python3 ]; then
      install python3-numpy python3-pandas python3-scipy python3-sympy python3-sklearn python3-matplotlib python3-seaborn \
        python3-statsmodels python3-networkx python3-bs4 python3-lxml python3-yaml python3-dateutil python3-tz \
        python3-requests python3-regex python3-pil python3-openpyxl python3-psutil python3-cryptography
      # What is built on them keeps their versions.
      python3 -c 'import numpy, pandas, scipy; [print(f"{m.__name__}=={m.__version__}") for m in (numpy, pandas, scipy)]' >/tmp/have
      install python3-pip
      wheels /tmp/have
      apt-get purge -y -qq python3-pip >/dev/null
      apt-get autoremove -y -qq >/dev/null
    else
      wheels /dev/null
    fi
    ;;
  *)
    echo "install.sh: no image is called $1; use python, python-science or node" >&2
    exit 2
    ;;
esac

apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/* /usr/share/doc/* /usr/share/man/* /usr/share/locale/* /var/log/*
# A set-uid program has nothing to give in a sandbox.
find / -xdev -type f -perm /6000 -exec chmod a-s {} +
