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
  if [ -f "$built" ] && [ -z "$(find "$root/src" "$root/sandbox" "$root/tests" "$root/benchmarks" "$root/web" "$root"/*.props "$root"/*.slnx "$root/global.json" "$root/.editorconfig" "$root/BannedSymbols.txt" \
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

# Starts a PostgreSQL 15 in FOLDER on a free loopback port (below those the system gives by itself, so that nobody takes it meanwhile) and sets pg (its process) and pg_connection; more settings may follow. The caller stops it: kill -INT $pg.
start_postgres() {
  local folder="$1"; shift
  local as=()
  [ "$(id -u)" != 0 ] || { as=(setpriv --reuid=postgres --regid=postgres --clear-groups); chown postgres "$folder"; }
  local port; port=$(node -e "const s=require('net').createServer(),t=()=>s.listen(15000+Math.floor(Math.random()*17000),'127.0.0.1');s.on('error',t).on('listening',()=>{console.log(s.address().port);s.close()});t()")
  "${as[@]}" /usr/lib/postgresql/15/bin/initdb -D "$folder/pg" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1 || { tail -3 "$folder/initdb.log" >&2; return 1; }
  (cd / && exec "${as[@]}" /usr/lib/postgresql/15/bin/postgres -D "$folder/pg" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder/pg" \
    -c max_connections=600 -c fsync=on "$@") >"$folder/pg.log" 2>&1 &
  pg=$!
  for _ in $(seq 1 1200); do
    "${as[@]}" /usr/lib/postgresql/15/bin/pg_isready -q -h 127.0.0.1 -p "$port" && break
    read -rt 0.1 <> <(:) || true
  done
  pg_connection="Host=127.0.0.1;Port=$port;Username=postgres;Database=postgres"
}
