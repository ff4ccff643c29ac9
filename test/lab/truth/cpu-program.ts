/**
 * Measures what threads use, one after the other, while the others' processes are stopped: so what one uses is what its
 * limits let it use, and not what others leave. Lines `PID TID` come in, `TID USED NS` goes out, both in ns.
 */
export const cpuProgram = String.raw`
use strict;
my @all = map { [split] } <STDIN>;
kill 'STOP', map { $_->[0] } @all;
for my $one (@all) {
    my ($pid, $tid) = @$one;
    kill 'CONT', $pid;
    # What it saved up while it stood still is used up by then.
    select undef, undef, undef, 0.06;
    my ($begin, $used) = (now(), used($pid, $tid));
    select undef, undef, undef, 0.5;
    print join(' ', $tid, used($pid, $tid) - $used, now() - $begin), "\n";
    kill 'STOP', $pid;
}
kill 'CONT', map { $_->[0] } @all;

sub used { my ($pid, $tid) = @_; open my $file, '<', "/proc/$pid/task/$tid/schedstat" or return 0; return (split ' ', <$file>)[0] }
sub now { my $time = "\0" x 16; syscall 228, 1, $time; my ($s, $ns) = unpack 'q q', $time; return $s * 1e9 + $ns }
`;
