# Shared by ./run, ./test and ./tasuki: where things are, what is needed, building once.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
configuration=Release
built="$root/artifacts/built"

say() { printf '%s\n' "$*" >&2; }

need_tools() {
  command -v dotnet >/dev/null || { say "Tasuki needs the .NET SDK 10 (the command dotnet was not found)."; exit 1; }
  (cd "$root" && dotnet --version >/dev/null 2>&1) || { say "Tasuki needs the .NET SDK 10; this machine has: $(dotnet --list-sdks 2>/dev/null | tr '\n' ' ')"; exit 1; }
  command -v node >/dev/null || { say "Tasuki needs Node 20 or newer (the command node was not found)."; exit 1; }
  [ "$(node -p 'Number(process.versions.node.split(".")[0])')" -ge 20 ] || { say "Tasuki needs Node 20 or newer; this machine has $(node --version)."; exit 1; }
}

# Builds when a source file is newer than the last build. Extra arguments go to dotnet build.
build_if_needed() {
  if [ -f "$built" ] && [ -z "$(find "$root/src" "$root/sandbox" "$root/tests" "$root/web" "$root"/*.props "$root"/*.slnx "$root/global.json" "$root/.editorconfig" "$root/BannedSymbols.txt" \
      -newer "$built" -type f -not -path '*/node_modules/*' -not -path '*/wwwroot/lib/*' -print -quit 2>/dev/null)" ]; then
    return 0
  fi
  say "Building (the first time takes a minute or two) ..."
  local log; log=$(mktemp)
  if ! (cd "$root" && dotnet build Tasuki.slnx -c "$configuration" -v quiet "$@") >"$log" 2>&1; then
    grep -E 'error|warning' "$log" | sort -u | head -40 >&2 || true
    say "The build failed; its whole output is in $log."
    return 1
  fi
  rm -f "$log"
  touch "$built"
}
