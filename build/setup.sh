# shellcheck shell=bash
# What run, test and fc share; they source it with $root, the repository's folder. It installs into the repository only:
#   infra/local/node_modules    Azurite
#   obj/feed/feed.props         whether the package feed lacks the Kafka extension
#   …/bin/ReadyToRun            the app, compiled to machine code
# and does each of these once. Everything it says goes to standard error: standard output is the command's own.

export FC_HOME="${FC_HOME:-$root}"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# No build server outlives the command that needed it.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

app="$root/src/FunctionsConsumers.Cli/bin/Release/net10.0/fc.dll"
ready="$root/src/FunctionsConsumers.Cli/bin/ReadyToRun"
azurite="$root/infra/local"

say() { printf '%s\n' "$*" >&2; }

# fail WHAT FIX: one line that names the thing and the fix.
fail() { say "$1: $2"; exit 2; }

# The folder for what runs leave behind. Secrets and mails lie in it: nobody else may look into it.
local_folder() {
  mkdir -p "$root/.local/logs" 2>/dev/null && chmod 700 "$root/.local" 2>/dev/null && [ -w "$root/.local" ] ||
    fail "$root/.local cannot be written" "make $root writable for this user, and .local a folder of this user's"
}

# step NAME COMMAND…: runs quietly, keeps the output in .local/logs/NAME.log, shows the errors in it where the command
# fails, and ends with 2: the tool's other exit codes mean something else. The lock's descriptor is closed, so that no child keeps the lock.
step() {
  local log="$root/.local/logs/$1.log"
  shift
  local_folder
  if ! "$@" >"$log" 2>&1 9>&-; then
    { grep -E '(^|[^a-z])[Ee](rror|RROR|RR!)' "$log" || tail -n 20 "$log"; } | awk '!seen[$0]++' | head -n 20 >&2
    say "failed: $* (whole output: ${log#"$root"/})"
    exit 2
  fi
}

needs_dotnet() {
  command -v dotnet >/dev/null || fail "dotnet is missing" "install the .NET 10 SDK: README.md has the commands for each system (or https://dot.net/download)"
  (cd "$root" && dotnet --version >/dev/null 2>&1) || fail "the .NET 10 SDK is missing" "install it: README.md has the commands for each system (or https://dot.net/download); dotnet --list-sdks shows what there is"
}

needs_node() {
  command -v node >/dev/null || fail "node is missing" "install Node.js 20 or later: README.md has the commands for each system"
  command -v npm >/dev/null || fail "npm is missing" "install it: README.md has the commands for each system"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "node is version $major" "install Node.js 20 or later: README.md has the commands for each system"
}

# One set-up or build at a time: two commands started at once would write the same files. Where flock is missing, the
# user starts them one after the other.
lock() {
  local_folder
  exec 9>"$root/.local/setup.lock"
  if command -v flock >/dev/null && ! flock -n 9; then
    say "Waiting for another set-up or build of this repository …"
    flock 9
  fi
}

unlock() { exec 9>&-; }

# interrupted: by Ctrl-C during the set-up. What runs in the background does not hear it by itself.
interrupted() {
  trap - INT TERM
  if [ -n "$azurite_installer" ]; then
    pkill -TERM -P "$azurite_installer" 2>/dev/null || true
    kill "$azurite_installer" 2>/dev/null || true
  fi
  say "Stopped. What was installed and built so far is kept: run the command again to go on."
  exit 130
}

# npm_installed FOLDER, npm_install NAME FOLDER: what the folder's lock file says.
npm_installed() { cmp -s "$1/package-lock.json" "$1/node_modules/.installed.json"; }

npm_install() {
  # npm empties the folder that a link points to, which may be another clone's.
  if [ -L "$2/node_modules" ]; then rm "$2/node_modules"; fi
  step "$1" npm ci --prefix "$2" --ignore-scripts
  cp "$2/package-lock.json" "$2/node_modules/.installed.json"
}

# The files that the app is built from, by name, below a line for what else decides how it is built.
sources() (
  echo "UseStandIns=${UseStandIns:-} KafkaSecurity=${KafkaSecurity:-}"
  cd "$root" || exit
  # find minds those that are not there.
  find src build/feed build/readytorun Directory.* global.json .editorconfig host.json local.settings.json obj/feed/feed.props \
    NuGet.Config NuGet.config nuget.config "${HOME:-/root}/.nuget/NuGet" \
    \( -name bin -o -name obj \) -prune -o -type f -print 2>/dev/null | sort || true
)

# Built, and since then no file has come, gone or changed.
app_built() {
  local stamp="$root/.local/app.built"
  [ -f "$app" ] && [ -f "$stamp" ] && cmp -s <(sources) "$stamp" &&
    [ -z "$(cd "$root" && tail -n +2 "$stamp" | while IFS= read -r file; do if [ "$file" -nt "$stamp" ]; then echo "$file"; fi; done)" ]
}

# Compiles what a run loads to machine code. Without it everything works, and starts slower.
compile_ahead() {
  if ! dotnet build "$root/build/readytorun" -t:CompileAhead -v:q -tl:off --nologo >"$root/.local/logs/ahead.log" 2>&1 9>&-; then
    rm -rf "$ready"
    say "Not compiled ahead, so fc starts slower: .local/logs/ahead.log says why."
  fi
}

# program: the file to start; what was compiled ahead where there is such.
program() { if [ -f "$ready/fc.dll" ]; then echo "$ready/fc.dll"; else echo "$app"; fi; }

# build PROJECT: in Release. The solution is checked by the analyzers; what ./run needs is only compiled, which takes half of
# the processor time. The feed is asked first, since what it answers is one of the sources. Their list is as old as the build's
# start: what changes meanwhile is newer.
build() {
  local checks=""
  if [ -f "$app" ]; then say "Building …"; else say "Building, for the first time: this takes a minute or two …"; fi
  if [[ -z ${UseStandIns:-} ]]; then
    step feed dotnet msbuild "$root/FunctionsConsumers.sln" -t:ProbeFeed -v:m -tl:off
    grep -E '^ *The (package )?feed ' "$root/.local/logs/feed.log" >&2 || true
  fi
  if [[ $1 != *.sln ]]; then checks=-p:RunAnalyzers=false; fi
  sources >"$root/.local/app.building"
  step build dotnet build "$root/$1" -c Release -v:q -tl:off --nologo ${checks:+"$checks"}
  compile_ahead
  mv "$root/.local/app.building" "$root/.local/app.built"
}

# set_up [PROJECT]: installs Azurite where it is missing, and meanwhile builds the project; without one, the app where
# something of it is missing or has changed.
set_up() {
  local project=${1:-} azurite_installer=""
  if [ -z "$project" ] && npm_installed "$azurite" && app_built; then
    command -v dotnet >/dev/null || needs_dotnet
    return
  fi
  trap interrupted INT TERM
  lock
  needs_dotnet
  # The first restore of a user writes NuGet's configuration, which is one of the sources: it is written before they are listed.
  [ -d "${HOME:-/root}/.nuget/NuGet" ] || dotnet nuget list source >/dev/null 2>&1 || true
  if ! npm_installed "$azurite"; then
    needs_node
    say "Installing Azurite into infra/local/node_modules …"
    (npm_install azurite "$azurite") &
    azurite_installer=$!
  fi
  if [ -n "$project" ]; then build "$project"
  elif ! app_built; then build src/FunctionsConsumers.Cli/FunctionsConsumers.Cli.csproj; fi
  if [ -n "$azurite_installer" ]; then wait "$azurite_installer" || exit 2; fi
  unlock
  trap - INT TERM
}
