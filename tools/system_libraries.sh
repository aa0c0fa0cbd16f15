#!/bin/bash
# The shared libraries that PyPI's bpy expects of a desktop, and Python's venv: installed where they are missing.
# Needs root and apt; elsewhere it only says what is missing. usage: system_libraries.sh
set -euo pipefail
wanted="libx11-6 libxrender1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libgl1 libgomp1 libxxf86vm1"
command -v dpkg-query >/dev/null || exit 0
python3 -c "import ensurepip" 2>/dev/null || wanted="$wanted python3-venv"
missing=""
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing$missing"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "These packages are missing:$missing. Install them with: sudo apt-get install$missing" >&2
fi
