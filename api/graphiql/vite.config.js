import { defineConfig } from 'vite';

// Relative addresses: the page may live under any path of a proxy. The editor is large by nature.
export default defineConfig({ base: './', build: { target: 'es2022', chunkSizeWarningLimit: 8000 } });
