# shellcheck shell=bash
# What run, test and fc share; they source it with $root, the repository's folder. It installs into the repository only:
#   infra/local/node_modules    Azurite
#   obj/feed/feed.props         what the package feed lacks
#   .local/native/librdkafka.so the native Kafka library, on feeds that lack it
# and does each of these once. Everything it says goes to standard error: standard output is the command's own.

export FC_HOME="${FC_HOME:-$root}"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# No build server outlives the command that needed it.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

app="$root/src/FunctionsConsumers.Cli/bin/Release/net10.0/fc.dll"
feed="$root/obj/feed/feed.props"
azurite="$root/infra/local"
native="$root/.local/native/librdkafka.so"

say() { printf '%s\n' "$*" >&2; }

# fail WHAT FIX: one line that names the thing and the fix.
fail() { say "$1: $2"; exit 2; }

# step NAME COMMAND…: runs quietly, keeps the output in .local/logs/NAME.log, shows the errors in it where the command
# fails, and ends with 2: the tool's other exit codes mean something else. The lock's descriptor is closed, so that no child keeps the lock.
step() {
  local log="$root/.local/logs/$1.log"
  shift
  mkdir -p "$root/.local/logs"
  if ! "$@" >"$log" 2>&1 9>&-; then
    { grep -E '(^|[^a-z])[Ee](rror|RROR|RR!)' "$log" || tail -n 20 "$log"; } | awk '!seen[$0]++' | head -n 20 >&2
    say "failed: $* (whole output: ${log#"$root"/})"
    exit 2
  fi
}

needs_dotnet() {
  command -v dotnet >/dev/null || fail "dotnet is missing" "install the .NET 10 SDK (package dotnet-sdk-10.0, or https://dot.net/download)"
  (cd "$root" && dotnet --version >/dev/null 2>&1) || fail "the .NET 10 SDK is missing" "install it (package dotnet-sdk-10.0, or https://dot.net/download); dotnet --list-sdks shows what there is"
}

needs_node() {
  command -v node >/dev/null || fail "node is missing" "install Node.js 20 or later (package nodejs)"
  command -v npm >/dev/null || fail "npm is missing" "install it (package npm)"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "node is version $major" "install Node.js 20 or later (package nodejs; where the distribution's is older, https://nodejs.org)"
}

has_header() { printf '#include <%s>\n' "$1" | cc -E - >/dev/null 2>&1; }

needs_compiler() {
  local packages=()
  { command -v g++ && command -v cc; } >/dev/null || packages+=(g++)
  command -v make >/dev/null || packages+=(make)
  if [ ${#packages[@]} -eq 0 ] || command -v cc >/dev/null; then
    has_header openssl/ssl.h || packages+=(libssl-dev)
    has_header zlib.h || packages+=(zlib1g-dev)
    has_header zstd.h || packages+=(libzstd-dev)
  else
    packages+=(libssl-dev zlib1g-dev libzstd-dev)
  fi
  [ ${#packages[@]} -eq 0 ] || fail "the package feed lacks librdkafka.redist, and what builds librdkafka is missing" "apt-get install ${packages[*]}"
}

# One set-up or build at a time: two commands started at once would write the same files. Where flock is missing, the
# user starts them one after the other.
lock() {
  mkdir -p "$root/.local"
  exec 9>"$root/.local/setup.lock"
  if command -v flock >/dev/null && ! flock -n 9; then
    say "Waiting for another set-up or build of this repository …"
    flock 9
  fi
}

unlock() { exec 9>&-; }

feed_known() { [ -f "$feed" ] && [ -z "$(find "$root/Directory.Packages.props" "$root/build/feed" -name obj -prune -o -type f -newer "$feed" -print)" ]; }

lacks_librdkafka() { [ "${FeedLacksLibrdkafka:-}" = true ] || { [ -z "${FeedLacksLibrdkafka:-}" ] && grep -q '>true</FeedLacksLibrdkafka>' "$feed" 2>/dev/null; }; }

# npm_installed FOLDER, npm_install NAME FOLDER: what the folder's lock file says.
npm_installed() { cmp -s "$1/package-lock.json" "$1/node_modules/.installed.json"; }

npm_install() {
  # npm empties the folder that a link points to, which may be another clone's.
  if [ -L "$2/node_modules" ]; then rm "$2/node_modules"; fi
  step "$1" npm ci --prefix "$2" --ignore-scripts
  cp "$2/package-lock.json" "$2/node_modules/.installed.json"
}

# A library without the note of what it was built from was put there by the user, and is used as it is.
native_installed() {
  ! lacks_librdkafka || { [ -f "$native" ] && { [ ! -f "$native.lock" ] || cmp -s "$root/build/native/package-lock.json" "$native.lock"; }; }
}

set_up_done() { feed_known && npm_installed "$azurite" && native_installed; }

install_azurite() {
  needs_node
  say "Installing Azurite into infra/local/node_modules …"
  npm_install azurite "$azurite"
}

# librdkafka's source comes inside an npm package. Only the library is built of it, from source whatever prebuilt binary
# there may be, and without Kerberos and libcurl, which would make it depend on what else is installed here.
build_native() {
  [ "$(uname -s)" = Linux ] || fail "the package feed lacks librdkafka.redist, and librdkafka is built on Linux only" "use a feed that has it"
  needs_node
  needs_compiler
  say "Building librdkafka into .local/native, once, since the package feed lacks librdkafka.redist (one to three minutes) …"
  local folder="$root/build/native"
  local source="$folder/node_modules/@confluentinc/kafka-javascript/deps/librdkafka"
  npm_install native-source "$folder"
  step native-configure env -C "$source" CFLAGS=-g0 ./configure --disable-gssapi --disable-curl --disable-lz4-ext --disable-syslog --enable-zlib --enable-ssl --enable-zstd
  step native-build make -j"$(nproc)" -C "$source/src" librdkafka.so.1
  check_features "$source/src"
  mkdir -p "${native%/*}"
  cp "$source/src/librdkafka.so.1" "$native.new"
  mv "$native.new" "$native"
  cp "$folder/package-lock.json" "$native.lock"
  rm -rf "$folder/node_modules"
}

check_features() {
  step native-features cc -I"$1" "$root/build/native/features.c" "$1/librdkafka.so.1" -Wl,-rpath,"$1" -o "$1/features"
  local line feature
  line=$("$1/features")
  for feature in ssl:libssl-dev sasl_plain:libssl-dev sasl_scram:libssl-dev gzip:zlib1g-dev zstd:libzstd-dev; do
    case ",${line#* }," in
      *",${feature%:*},"*) ;;
      *) fail "the librdkafka built here lacks ${feature%:*} (it has $line)" "apt-get install ${feature#*:}, and start again" ;;
    esac
  done
}

probe_feed() {
  say "Probing the package feed, once …"
  step feed dotnet msbuild "$root/FunctionsConsumers.sln" -t:ProbeFeed -v:m -tl:off
  grep -E '^ *The feed lacks' "$root/.local/logs/feed.log" >&2 || true
}

set_up() {
  if set_up_done; then
    command -v dotnet >/dev/null || needs_dotnet
    return
  fi
  lock
  needs_dotnet
  feed_known || probe_feed
  npm_installed "$azurite" || install_azurite
  native_installed || build_native
  unlock
}

# The files that the app is built from, by name, below a line for what else decides how it is built.
sources() (
  echo "UseStandIns=${UseStandIns:-} KafkaSecurity=${KafkaSecurity:-}"
  cd "$root" || exit
  find src Directory.* global.json .editorconfig host.json local.settings.json obj/feed .local/native \
    \( -name bin -o -name obj -o -name 'librdkafka.so.*' \) -prune -o -type f -print 2>/dev/null | sort || true # find minds that a feed without gaps leaves no .local/native
)

# Built, and since then no file has come, gone or changed.
app_built() {
  local stamp="$root/.local/app.built"
  [ -f "$app" ] && [ -f "$stamp" ] && cmp -s <(sources) "$stamp" &&
    [ -z "$(cd "$root" && tail -n +2 "$stamp" | while IFS= read -r file; do if [ "$file" -nt "$stamp" ]; then echo "$file"; fi; done)" ]
}

# build PROJECT: in Release. The list of sources is as old as the build's start: what changes meanwhile is newer.
build() {
  sources >"$root/.local/app.building"
  step build dotnet build "$root/$1" -c Release -v:q -tl:off --nologo
  mv "$root/.local/app.building" "$root/.local/app.built"
}

build_app() {
  ! app_built || return 0
  lock
  if ! app_built; then
    say "Building …"
    build src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj
  fi
  unlock
}
