/**
 * The service provider interface of config sources: places where Istio configuration is kept beside
 * the registries, such as a folder of files or a prefix of a key-value store. A source hands over
 * texts; what they say, and whether an istiod would take it, is decided behind its sink.
 *
 * <p>Two types are implemented: {@link io.fairlead.configs.ConfigSourceFactory} and {@link
 * io.fairlead.configs.ConfigSource}. Two are called: {@link
 * io.fairlead.configs.ConfigSourceContext} and {@link io.fairlead.configs.ConfigSink}. One is what
 * is said: {@link io.fairlead.configs.ConfigDocument}.
 *
 * <p>Life cycle, threads and order are those of registry adapters: <em>create</em> opens nothing,
 * <em>start</em> returns without waiting, <em>close</em> may come at any time and leaves no thread,
 * connection or file behind. The first report is a whole one. Calls of the sink never overlap, and
 * their order is the order of the changes. No failure is an empty answer, and none ends a source.
 */
@NullMarked
package io.fairlead.configs;

import org.jspecify.annotations.NullMarked;
