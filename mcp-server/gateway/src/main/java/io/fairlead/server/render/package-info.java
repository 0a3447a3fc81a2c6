/** Resources as people read them: the JSON and YAML that kubectl would show. */
@NullMarked
package io.fairlead.server.render;

import org.jspecify.annotations.NullMarked;
