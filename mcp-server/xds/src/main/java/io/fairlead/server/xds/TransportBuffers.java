package io.fairlead.server.xds;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;

/**
 * The allocator of the transport's buffers.
 *
 * <p>gRPC cuts large messages into buffers of 1 MB and takes them from chunks of 2 MB, which Netty
 * gives back to the system as soon as they are empty, and takes anew, zeroed, for the next buffer:
 * half of the time that the writing of a first sync took. Here a chunk has 4 MB, more than one
 * paced response needs, and one page of the first chunk is never given back, so neither is the
 * chunk, and the same memory is used again and again. There is one arena, since each would have
 * such a chunk, and large buffers are few a second.
 */
final class TransportBuffers {
  private static final int PAGE = 8192;
  private static final int ORDER = 9;

  static final PooledByteBufAllocator ALLOCATOR =
      new PooledByteBufAllocator(
          true,
          0,
          1,
          PAGE,
          ORDER,
          PooledByteBufAllocator.defaultSmallCacheSize(),
          PooledByteBufAllocator.defaultNormalCacheSize(),
          PooledByteBufAllocator.defaultUseCacheForAllThreads());

  // Allocated for good.
  @SuppressWarnings("unused")
  private static final ByteBuf KEEPER = ALLOCATOR.directBuffer(PAGE, PAGE);

  private TransportBuffers() {}
}
