#!/bin/sh
# Installs the programs that the tests drive and pip cannot bring: two browsers, a spreadsheet, a PDF reader, and Java for
# ODK's own engine (it runs from source, so the compiler is needed too) and for Spark.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-calc"
command -v firefox-esr >/dev/null 2>&1 || missing="$missing firefox-esr"
command -v javac >/dev/null 2>&1 || missing="$missing default-jdk-headless"
command -v pdftotext >/dev/null 2>&1 || missing="$missing poppler-utils"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then run=""; else run="sudo"; fi
echo "Installing:$missing"
$run apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends $missing fonts-dejavu-core >/dev/null
