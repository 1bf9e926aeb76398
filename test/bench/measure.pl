#!/usr/bin/perl
# Runs a command and writes what it cost as one line of JSON: wall time from fork to reap, user and system time of it and of every
# child it has reaped (wait4), peak resident size of its largest process; with SAMPLE=1 also that process's peak of private memory
# (RssAnon, read every millisecond, so never in a run whose time counts). Perl is part of every Debian, and starts in a millisecond.
use strict;
use warnings;

my %calls = (x86_64 => [61, 228], aarch64 => [260, 113]);
my $machine = do { open my $pipe, '-|', 'uname', '-m' or die; my $line = <$pipe>; chomp $line; $line };
my ($wait4, $clock_gettime) = @{ $calls{$machine} or die "unknown machine $machine\n" };

sub now {
    my $time = pack 'q2', 0, 0;
    syscall($clock_gettime, 1, $time) == 0 or die "clock_gettime: $!\n";
    my ($seconds, $nanoseconds) = unpack 'q2', $time;
    return $seconds * 1e3 + $nanoseconds / 1e6;
}

my $private = 0;

# The largest of a process and its descendants so far; false once the process itself has ended.
sub sample {
    my ($process) = @_;
    open my $status, '<', "/proc/$process/status" or return 0;
    my $text = do { local $/; <$status> };
    return 0 if !defined $text || $text =~ /^State:\s+Z/m;
    $private = $1 if $text =~ /^RssAnon:\s+(\d+)/m && $1 > $private;
    if (open my $children, '<', "/proc/$process/task/$process/children") {
        sample($_) for split ' ', <$children> // '';
    }
    return 1;
}

my $output = shift @ARGV;
my $start = now();
my $pid = fork // die "fork: $!\n";
if ($pid == 0) { no warnings "exec"; exec { $ARGV[0] } @ARGV or do { print STDERR "$ARGV[0]: $!\n"; require POSIX; POSIX::_exit(127) } }

if ($ENV{SAMPLE}) {
    while (sample($pid)) { select undef, undef, undef, 0.001 }
}
my $status = pack 'i', 0;
my $usage = "\0" x 144;
syscall($wait4, $pid, $status, 0, $usage) == $pid or die "wait4: $!\n";
my $wall = now() - $start;
my ($us, $uu, $ss, $su, $maxrss) = unpack 'q5', $usage;
my $code = unpack 'i', $status;

open my $file, '>', $output or die "$output: $!\n";
printf $file '{"wallMs":%.3f,"cpuMs":%.3f,"peakKib":%d,"privateKib":%d,"status":%d}' . "\n",
    $wall, ($us + $ss) * 1e3 + ($uu + $su) / 1e3, $maxrss, $private, $code & 0x7f ? -($code & 0x7f) : $code >> 8;
