package io.fairlead.server.xds;

import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;

/**
 * Where the transport's buffers come from.
 *
 * <p>gRPC cuts large messages into buffers of 1 MB and takes them from chunks of 2 MB, which Netty
 * gives back to the system as soon as they are empty, and takes anew, zeroed, for the next buffer:
 * half of the time that the writing of a first sync took. Of one chunk of 16 MB a quarter may be in
 * use before it is given back when empty, which is more than one paced response needs, so the same
 * memory is used again and again. There is one arena, since each has a chunk of its own once it was
 * used, and large buffers are few a second.
 */
final class TransportBuffers {
  private static final int PAGE = 8192;
  private static final int ORDER = 11;

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

  private TransportBuffers() {}
}
