/**
 * What sends and counts frames in the hypervisor, in the only language that is there and can: Perl without modules.
 *
 * What a guest sends is written into its tap by the file that QEMU has of it; what the host sends goes through a packet
 * socket, past every qdisc as anything does; what comes to the guest is read from QEMU's file again, whose guest is paused
 * and reads nothing. So nothing stands between the frames and the limits but the kernel.
 *
 * Lines come in: `tap DEV PID BRIDGE` makes a tap known, or makes it where PID is `new`; `go MS TICKS SORT DEV:WAYS…` sends for so long, where WAYS are of
 * `i` (to the guest) and `o` (from it), and SORT is the one sort of frames that is sent, or `all`; so much is sent in any
 * case. Lines go out: `window NS NS`, how long each half of the time was; then, of each
 * tap, way and sort of frame, `DEV WAY SORT SENT OFFERED ARRIVED FIRST SECOND`: frames and bytes sent, frames that came,
 * bytes that came in the first half and in the second; last of all `done`.
 */
export const trafficProgram = String.raw`
use strict;
$| = 1;
my ($sent_mark, $round) = ('VQtruth', 0);
my (%taps, %bridges);
my @sorts = qw(udp tcp gso ip6 arp vlan other);

while (my $line = <STDIN>) {
    my ($verb, @words) = split ' ', $line;
    if ($verb eq 'tap') { know(@words) }
    elsif ($verb eq 'go') { go(@words) }
}

sub know {
    my ($dev, $pid, $bridge) = @_;
    my $fd = $pid eq 'new' ? made($dev) : file_of($dev, $pid);
    my $index = slurp("/sys/class/net/$dev/ifindex") + 0;
    my $flags = pack 'a16 x24', $dev;
    ioctl $fd, 0x800454d2, $flags or die "$dev: $!";
    my $header = pack 'l', 0;
    ioctl $fd, 0x800454d7, $header or die "$dev: $!";
    my $has_header = unpack('x16 S', $flags) & 0x4000;
    $taps{$dev} = {
        dev => $dev, fd => $fd, out => packets_of($index, 1), index => $index, bridge => $bridge,
        header => $has_header ? unpack('l', $header) : 0, mac => address_of($dev),
    };
    $bridges{$bridge} //= {
        in => packets_of(slurp("/sys/class/net/$bridge/ifindex") + 0, 0), mac => address_of($bridge),
    };
    print "known $dev\n";
}

# The file of another process, as one of our own.
sub file_of {
    my ($dev, $pid) = @_;
    my ($number) = grep { slurp("/proc/$pid/fdinfo/$_") =~ /^iff:\s+\Q$dev\E$/m } entries("/proc/$pid/fd");
    defined $number or die "process $pid has no $dev\n";
    my $process = syscall 434, $pid + 0, 0;
    my $fd = syscall 438, $process, $number + 0, 0;
    $fd >= 0 or die "$dev of process $pid: $!\n";
    open my $file, '+<&=', $fd or die "$dev: $!";
    syscall 3, $process;
    # O_NONBLOCK is QEMU's own.
    return $file;
}

# A tap of our own; it goes when we do.
sub made {
    my ($dev) = @_;
    sysopen my $file, '/dev/net/tun', 2 | 04000 or die "tun: $!";
    ioctl $file, 0x400454ca, pack('a16 S x22', $dev, 0x5002) or die "$dev: $!";
    return $file;
}

sub packets_of {
    my ($index, $has_header) = @_;
    socket my $socket, 17, 3, unpack('n', pack 'S', 3) or die "socket: $!";
    my $all = $has_header ? 0 : unpack 'n', pack 'S', 3;
    bind $socket, pack 'S S l S C C a8', 17, $all, $index, 0, 0, 0, '' or die "bind: $!";
    setsockopt $socket, 263, 15, pack 'l', 1 or die "vnet: $!" if $has_header;
    setsockopt $socket, 1, 33, pack 'l', 8 << 20;
    return $socket;
}

sub frame {
    my ($sort, $to, $mark, $odd) = @_;
    my $length = 300 + $odd;
    my $from = pack 'H12', '0200000000fe';
    # Whatever a large frame is cut into has the mark too.
    my $payload = ($mark . 'x' x (($sort eq 'gso' ? 1460 : $length) - length $mark)) x ($sort eq 'gso' ? 2 : 1);
    my ($tcp, $udp) = (pack('n n N N C C n n n', 4000, 80, 1, 1, 0x50, 0x10, 8192, 0, 0), pack('n n n n', 4000, 53, 8 + $length, 0));
    my $ip4 = sub { my ($p, $l) = @_; pack 'C C n n n C C n C4 C4', 0x45, 0, 20 + $l, 1, 0, 64, $p, 0, 10, 99, 0, 1, 10, 99, 0, 2 };
    return $to . $from . {
        udp => sub { pack('n', 0x800) . $ip4->(17, 8 + $length) . $udp . $payload },
        tcp => sub { pack('n', 0x800) . $ip4->(6, 20 + $length) . $tcp . $payload },
        gso => sub { pack('n', 0x800) . $ip4->(6, 2940) . $tcp . $payload },
        ip6 => sub { pack('n', 0x86dd) . pack('N n C C a16 a16', 0x60000000, 8 + $length, 17, 64, "\xfd" . 'aaaaaaaaaaaaaaa', "\xfd" . 'bbbbbbbbbbbbbbb') . $udp . $payload },
        arp => sub { pack('n', 0x806) . pack('n n C C n a6 C4 a6 C4', 1, 0x800, 6, 4, 2, $from, 10, 99, 0, 1, $to, 10, 99, 0, 2) . $payload },
        vlan => sub { pack('n n', 0x8100, 5) . pack('n', 0x800) . $ip4->(17, 8 + $length) . $udp . $payload },
        # What takes it for a packet of IP and changes that changes no mark.
        other => sub { pack('n', 0x88b5) . ($odd ? 'y' : 'x') x 40 . $payload },
    }->{$sort}->();
}

sub protocol { my ($sort) = @_; return { ip6 => 0x86dd, arp => 0x806, vlan => 0x8100, other => 0x88b5 }->{$sort} // 0x800 }

sub header { my ($sort, $length) = @_; return $sort eq 'gso' ? pack("C C S S S S x" . ($length - 10), 1, 1, 54, 1460, 34, 16) : "\0" x $length }

sub go {
    my ($ms, $ticks, $only, @wanted) = @_;
    $round++;
    my @flows;
    for (@wanted) {
        my ($dev, $ways) = split /:/;
        push @flows, map { { tap => $taps{$dev}, way => $_ } } split //, $ways;
    }
    my (%sent, %offered, %frames);
    for my $flow (@flows) {
        my ($tap, $way) = @$flow{qw(tap way)};
        my $to = $way eq 'o' ? $bridges{$tap->{bridge}}{mac} : $tap->{mac};
        for my $sort (@sorts) {
            next if $sort eq 'gso' && $way eq 'o' && !$tap->{header};
            next if $only ne 'all' && $sort ne $only;
            my $key = "$tap->{dev} $way $sort";
            my $length = $way eq 'o' ? $tap->{header} : 10;
            # What looks at a length sees even ones and odd ones.
            my @both = map { frame($sort, $to, "$sent_mark $round $key;", $_) } 0, 1;
            push @{$flow->{frames}}, {
                key => $key, data => [map { ($length ? header($sort, $length) : '') . $_ } @both], size => [map { length } @both],
                to => pack('S n l S C C a8', 17, protocol($sort), $tap->{index}, 0, 0, 6, $to),
            };
        }
    }
    my %seen;
    drain(\%seen, 0);
    %seen = ();
    my $start = now();
    my $half;
    my $step = $ms * 1e6 / $ticks;
    for my $tick (0 .. $ticks - 1) {
        # Those who share a limit each have their turn at being first, too.
        for my $flow ($tick % 2 ? reverse @flows : @flows) {
            my ($tap, $way, $all) = @$flow{qw(tap way frames)};
            # Large ones first, as long as buckets are full; after that each has its turn at being first.
            for my $n (0 .. ($only eq 'all' ? $#$all : $#sorts)) {
                last if !@$all;
                my $one = $all->[($n + $tick + 2) % @$all];
                my $odd = ($tick + $n) % 2;
                my $data = $one->{data}[$odd];
                my $ok = $way eq 'o' ? syswrite $tap->{fd}, $data : send $tap->{out}, $data, 0x40, $one->{to};
                $sent{$one->{key}}++;
                $offered{$one->{key}} += $one->{size}[$odd];
            }
        }
        drain(\%seen, $half ? 1 : 0);
        my $rest = $start + ($tick + 1) * $step - now();
        select undef, undef, undef, $rest / 1e9 if $rest > 0;
        if (!$half && $tick + 1 >= $ticks / 2) { drain(\%seen, 0); $half = now() }
    }
    drain(\%seen, 1);
    my $end = now();
    print 'window ', $half - $start, ' ', $end - $half, "\n";
    for my $key (sort keys %sent) {
        my ($frames, $first, $second) = @{$seen{$key} // [0, 0, 0]};
        print "$key $sent{$key} $offered{$key} $frames $first $second\n";
    }
    print "done\n";
}

# Takes all that has come.
sub drain {
    my ($seen, $half) = @_;
    for my $tap (values %taps) {
        while (sysread $tap->{fd}, my $data, 70000) { saw($seen, $half, 'i', $data, $tap->{header}, $tap->{dev}) }
    }
    for my $bridge (values %bridges) {
        while (defined recv $bridge->{in}, my $data, 70000, 0x40) { last if !length $data; saw($seen, $half, 'o', $data, 0) }
    }
}

sub saw {
    my ($seen, $half, $way, $data, $header, $dev) = @_;
    my $at = index $data, $sent_mark;
    return if $at < 0;
    my ($which, $key) = substr($data, $at, 80) =~ /^\w+ (\d+) ([^;]+);/ or return;
    return if $which != $round;
    my ($from, $going) = split ' ', $key;
    # What left in the one way and came back in the other did not arrive.
    return if $going ne $way || defined $dev && $dev ne $from;
    my $one = $seen->{$key} //= [0, 0, 0];
    $one->[0]++;
    $one->[1 + $half] += length($data) - $header;
}

sub now { my $time = "\0" x 16; syscall 228, 1, $time; my ($s, $ns) = unpack 'q q', $time; return $s * 1e9 + $ns }
sub slurp { my ($path) = @_; open my $file, '<', $path or return ''; local $/; my $text = <$file>; return $text // '' }
sub entries { my ($path) = @_; opendir my $folder, $path or return (); return grep { !/^\./ } readdir $folder }
sub address_of { my ($dev) = @_; return pack 'H12', slurp("/sys/class/net/$dev/address") =~ tr/0-9a-f//cdr }
`;
