# Makes and runs a private PostgreSQL server until stdin is closed, then stops it and removes its directory:
# however the process that holds the other end of stdin goes, nothing of the server stays.
#
# $1 is the directory, $2 where PostgreSQL's programs are, and what follows are options of the server.
home=$1
programs=$2
shift 2

# A terminal's Ctrl-C is for the process that started us; it closes stdin when it has had enough.
trap '' HUP INT TERM
exec 3<&0 </dev/null >>"$home/log" 2>&1
cd /

{
  cat <&3 >/dev/null
  : >"$home/stop"
  running=$(cat "$home/running" 2>/dev/null) && [ -n "$running" ] && kill -QUIT "$running"
} &
watcher=$!
exec 3<&-

# Runs a program to its end; whoever watches stops it by its number.
run() {
  "$@" &
  number=$!
  echo "$number" >"$home/running"
  # It may have been told to stop when there was no number yet.
  [ -e "$home/stop" ] && kill -QUIT "$number"
  wait "$number"
  status=$?
  rm -f "$home/running"
  return "$status"
}

run "$programs/initdb" --pgdata="$home/data" --username=postgres --auth=trust --encoding=UTF8 \
  --locale=C --no-sync --no-instructions &&
  [ ! -e "$home/stop" ] &&
  run "$programs/postgres" -D "$home/data" "$@"

# Whoever waits for the server learns that it is over; the log says why.
: >"$home/ended"
wait "$watcher"
rm -rf "$home"
