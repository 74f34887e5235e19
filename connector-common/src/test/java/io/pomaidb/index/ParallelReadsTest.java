package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ParallelReadsTest {
    private static final List<Integer> INPUTS = IntStream.range(0, 40).boxed().toList();

    private final Set<Integer> undone = ConcurrentHashMap.newKeySet();

    private static void meet(CyclicBarrier barrier) throws IOException {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (BrokenBarrierException | TimeoutException | InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void whatIsReadAtTheSameTimeComesInOrder() throws IOException {
        var barrier = new CyclicBarrier(8);
        List<Integer> squares = ParallelReads.map(
                INPUTS,
                8,
                i -> {
                    meet(barrier);
                    return i * i;
                },
                undone::add);
        assertThat(squares)
                .containsExactlyElementsOf(INPUTS.stream().map(i -> i * i).toList());
        assertThat(undone).isEmpty();
        assertThat(ParallelReads.map(List.<Integer>of(), 8, i -> i, undone::add))
                .isEmpty();
    }

    @Test
    void oneThreadIsTheCallers() throws IOException {
        assertThat(ParallelReads.map(INPUTS, 1, i -> Thread.currentThread(), thread -> {}))
                .containsOnly(Thread.currentThread());
    }

    @Test
    void whatWasReadBeforeAFailureIsUndone() {
        Set<Integer> read = ConcurrentHashMap.newKeySet();
        assertThatThrownBy(() -> ParallelReads.map(
                        INPUTS,
                        4,
                        i -> {
                            if (i == 17) {
                                throw new IOException("seventeen");
                            }
                            read.add(i);
                            return i;
                        },
                        undone::add))
                .isInstanceOf(IOException.class)
                .hasMessage("seventeen");
        assertThat(undone).isEqualTo(read).doesNotContain(17);
    }

    @Test
    void callsWithinCallsGetOn() throws IOException {
        List<Integer> sums = ParallelReads.map(
                INPUTS,
                16,
                i -> ParallelReads.map(INPUTS, 16, j -> i + j, undone::add).stream()
                        .mapToInt(Integer::intValue)
                        .sum(),
                undone::add);
        assertThat(sums.get(39)).isEqualTo(39 * 40 / 2 + 40 * 39);
    }

    @Test
    void anInterruptedCallEndsTheReadsThatItBegan() throws InterruptedException {
        var begun = new CountDownLatch(4);
        var ended = new CountDownLatch(4);
        var thrown = new Throwable[1];
        var caller = new Thread(() -> {
            try {
                ParallelReads.map(
                        INPUTS,
                        4,
                        i -> {
                            begun.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                throw new InterruptedIOException("interrupted");
                            } finally {
                                ended.countDown();
                            }
                            return i;
                        },
                        undone::add);
            } catch (IOException e) {
                thrown[0] = e;
            }
        });
        caller.start();
        begun.await();
        caller.interrupt();
        caller.join();
        assertThat(thrown[0]).isInstanceOf(InterruptedIOException.class);
        assertThat(ended.getCount()).isZero();
        assertThat(undone).isEmpty();
    }
}
